import { type Money, money, sayMoney, toMajor } from '../../core/kernel/money.ts';
import type { Expectation, Group, Movement } from '../../core/remedy/reconcile/shape.ts';
import type { Reconciliation } from '../../core/remedy/reconcile.ts';
import type { Style } from './terminal.ts';

type Styled = (style: Style, text: string) => string;

export interface MatchSides {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
  readonly found: Reconciliation;
  readonly doubts: readonly string[];
}

/** What is done in one line, what is left in one line each. */
export function matchText({ expectations, movements, found, doubts }: MatchSides, style: Styled): string {
  const { groups, ambiguities, open, unexpected, promises } = found;
  const amounts = new Map([...expectations, ...movements].map(({ id, amount }) => [id, amount]));
  const amountOf = (id: string) => sayMoney(amounts.get(id) ?? money(0n, 'EUR'));
  const arrived = groups
    .filter(({ standing }) => standing === 'matched')
    .reduce((count, { expectationIds, returned }) => count + expectationIds.length - returned.length, 0);
  const left = [
    ...groups.filter(({ standing }) => standing !== 'matched').map(differenceLine),
    ...groups.flatMap(({ returned }) =>
      returned.map((each) => `returned    ${each.expectationId} by ${each.movementId}, ${each.reason ?? 'no reason'}`),
    ),
    ...ambiguities.map((each) => `ambiguous   ${each.expectationIds.join(', ')}: ${each.movementIds.join(', ')}`),
    ...open.map(
      ({ expectationId: id, isOverdue }) => `${isOverdue ? 'overdue   ' : 'open      '}  ${id} ${amountOf(id)}`,
    ),
    ...unexpected.map((id) => `unexpected  ${id} ${amountOf(id)}`),
    ...promises
      .filter(({ standing }) => standing === 'missed')
      .map(
        ({ expectationId, promisedOn, arrivedOn }) =>
          `missed      ${expectationId} was promised for ${promisedOn}, ${arrivedOn === null ? 'not come yet' : `came ${arrivedOn}`}`,
      ),
    ...doubts.map((doubt) => `doubtful    ${doubt}`),
  ];
  const head = `${arrived} of ${expectations.length} expected have come to pass, among ${movements.length} movements.`;
  return [style('bold', head), ...left.map((line) => `  ${line}`), ''].join('\n');
}

function differenceLine({ standing, difference, expectationIds, movementIds }: Group): string {
  return `${standing.padEnd(12)}${expectationIds.join(', ')} by ${sayMoney(absolute(difference))} (${movementIds.join(', ')})`;
}

function absolute({ amountMinor, currency }: Money): Money {
  return money(amountMinor < 0n ? -amountMinor : amountMinor, currency);
}

/** Amounts are texts in major units, signed. */
export function matchAsJson({ found, doubts }: MatchSides) {
  return {
    groups: found.groups.map((group) => ({
      standing: group.standing,
      by: group.by,
      expectation_ids: group.expectationIds,
      movement_ids: group.movementIds,
      difference: toMajor(group.difference),
      currency: group.difference.currency,
      returned: group.returned.map(({ expectationId, movementId, reason }) => ({
        expectation_id: expectationId,
        movement_id: movementId,
        reason,
      })),
      allocations: group.allocations.map(({ expectationId, movementId, amountMinor }) => ({
        expectation_id: expectationId,
        movement_id: movementId,
        amount: toMajor(money(amountMinor, group.difference.currency)),
      })),
    })),
    ambiguous: found.ambiguities.map(({ why, expectationIds, movementIds }) => ({
      why,
      expectation_ids: expectationIds,
      movement_ids: movementIds,
    })),
    open: found.open.map(({ expectationId, isOverdue }) => ({ expectation_id: expectationId, is_overdue: isOverdue })),
    unexpected: found.unexpected,
    promises: found.promises.map(({ expectationId, promisedOn, arrivedOn, standing }) => ({
      expectation_id: expectationId,
      promised_on: promisedOn,
      arrived_on: arrivedOn,
      standing,
    })),
    doubtful: doubts,
  };
}
