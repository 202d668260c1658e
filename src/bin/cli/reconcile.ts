import { utcDayOf } from '../../core/kernel/day.ts';
import { sayMoney, toMajor } from '../../core/kernel/money.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { isEven, type Reconciled, reconcileIncident } from '../../flow/remedy/reconcile-incident.ts';
import { systemClock } from '../../world/clock.ts';
import { sha256 } from '../../world/digest.ts';
import { openBankAccounts, openBankDesk } from '../../world/postgres/bank.ts';
import { type ActorOptions, withActor, withOperator } from './actor.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE, EXIT_ROWS_REJECTED } from './exit.ts';
import { poolOf } from './live.ts';

export interface ReconcileOptions extends ActorOptions {
  readonly asOf?: string;
}

/** `storno reconcile INCIDENT`: every refund followed to its booking. Answers 3 while something is not explained. */
export function runReconcile(context: Context, incidentId: string, options: ReconcileOptions): Promise<number> {
  const asOf = options.asOf ?? utcDayOf(systemClock.now());
  if (parseDay(asOf) === null) {
    return Promise.resolve(
      refuse(context, options, [{ kind: 'usage', file: null, message: `--as-of ${asOf} is no day: 2026-11-30.` }]),
    );
  }
  return withActor(context, options, async ({ database, world }) => {
    if ((await world.casework.readIncident(incidentId)) === null) {
      const message = `There is no incident ${incidentId}: storno incident list names them.`;
      return refuse(context, options, [{ kind: 'unknown', file: null, message }]);
    }
    const bank = openBankDesk(poolOf(database, { role: 'storno_worker', connectionsMax: 1 }));
    const found = await reconcileIncident(bank, { incidentId, asOf });
    context.terminal.out(
      options.json === true ? `${JSON.stringify(asJson(found, asOf), null, 2)}\n` : sayReconciled(found, asOf),
    );
    return isEven(found) ? EXIT_DONE : EXIT_ROWS_REJECTED;
  });
}

export interface MatchOptions extends ActorOptions {
  readonly expected: readonly string[];
  readonly moved: readonly string[];
  readonly reason: string;
}

/** `storno reconcile match`: a person says what belongs together, and why. */
export function runMatch(context: Context, options: MatchOptions): Promise<number> {
  return withOperator(context, options, async ({ database, actor }) => {
    const accounts = openBankAccounts(poolOf(database, { role: 'storno_api', connectionsMax: 1 }));
    const expectationIds = options.expected.toSorted();
    const movementIds = options.moved.toSorted();
    const bank = openBankDesk(poolOf(database, { role: 'storno_worker', connectionsMax: 1 }));
    const known = new Set((await bank.readMovements()).map(({ id }) => id));
    const strange = movementIds.filter((id) => !known.has(id));
    if (strange.length > 0) {
      const message = `Nothing moved under ${strange.join(', ')}: storno reconcile --json names what did.`;
      return refuse(context, options, [{ kind: 'unknown', file: null, message }]);
    }
    const matchId = `mat_${sha256(JSON.stringify([expectationIds, movementIds])).slice(0, 24)}`;
    const match = { matchId, expectationIds, movementIds, person: actor.staffId, reason: options.reason };
    const kind = await accounts.matchByHand({ ...match, at: systemClock.now() });
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ match_id: matchId, result: kind })}\n`
        : `${matchId}: ${kind === 'created' ? 'they belong together from now on.' : 'was decided before.'}\n`,
    );
    return EXIT_DONE;
  });
}

function asJson(found: Reconciled, asOf: string) {
  const money = (id: string) => {
    const { amount } = found.expectations.find((one) => one.id === id) ?? { amount: null };
    return amount === null ? null : { amount: toMajor(amount), currency: amount.currency };
  };
  return {
    as_of: asOf,
    even: isEven(found),
    expected: found.expectations.length,
    matched: found.groups.filter(({ standing }) => standing === 'matched').length,
    returned: found.groups.flatMap(({ returned }) => returned).map(({ expectationId }) => expectationId),
    open: found.open.map(({ expectationId, isOverdue }) => ({
      expectation: expectationId,
      ...money(expectationId),
      overdue: isOverdue,
    })),
    different: found.groups
      .filter(({ standing }) => standing !== 'matched')
      .map(({ standing, expectationIds, movementIds, difference }) => ({
        standing,
        expected: expectationIds,
        moved: movementIds,
        difference: toMajor(difference),
        currency: difference.currency,
      })),
    ambiguous: found.ambiguities,
    promises: found.promises,
  };
}

/** So many are named; `--json` has all. */
const NAMED_MAX = 10;

function sayReconciled(found: Reconciled, asOf: string): string {
  const { groups, ambiguities, open, promises, expectations } = found;
  const matched = groups.filter(({ standing }) => standing === 'matched');
  const returned = matched.flatMap((group) => group.returned);
  const different = groups.filter(({ standing }) => standing !== 'matched');
  const missed = promises.filter(({ standing }) => standing === 'missed');
  const kept = promises.filter(({ standing }) => standing === 'kept');
  const count = (many: number, what: string) => `  ${String(many).padStart(8)}  ${what}\n`;
  const more = (many: number) => (many > NAMED_MAX ? `            … and ${many - NAMED_MAX} more: --json\n` : '');
  return [
    isEven(found)
      ? `All ${expectations.length} refunds are explained to the cent, as of ${asOf}.\n`
      : `Not everything is explained yet, as of ${asOf}.\n`,
    count(matched.length, 'matched with their booking'),
    returned.length > 0 ? count(returned.length, 'of them came back') : '',
    count(open.length, `not booked yet, ${open.filter(({ isOverdue }) => isOverdue).length} of them overdue`),
    ...open
      .slice(0, NAMED_MAX)
      .map(({ expectationId, isOverdue }) => `            ${expectationId}${isOverdue ? ' !' : ''}\n`),
    more(open.length),
    different.length > 0 ? count(different.length, 'booked with another sum') : '',
    ...different
      .slice(0, NAMED_MAX)
      .map(
        ({ expectationIds, difference, standing }) =>
          `            ${expectationIds.join(', ')}: ${sayMoney(difference)} ${standing}\n`,
      ),
    ambiguities.length > 0 ? count(ambiguities.length, 'fit in several ways: storno reconcile match') : '',
    promises.length > 0 ? count(kept.length, 'arrived by the day that was promised') : '',
    missed.length > 0 ? count(missed.length, 'arrived late, or not yet') : '',
  ].join('');
}
