import { addDays, type Day } from '../../kernel/day.ts';
import { componentsOf } from './components.ts';
import { groupOf, sumOf } from './group.ts';
import type { Ambiguity, Expectation, Group, Movement } from './shape.ts';
import { findSubsets } from './subset.ts';

/** A pair that shares references, and how many: no other expectation shares more with the movement. */
export interface Edge {
  readonly expectation: Expectation;
  readonly movement: Movement;
  readonly count: number;
}

export interface ReferenceOutcome {
  readonly groups: readonly Group[];
  readonly ambiguities: readonly Ambiguity[];
  /** Movements that named an expectation and are left over: no other may have them for their amount. */
  readonly named: ReadonlySet<string>;
}

/** Returns come within 45 days, refunds of direct debits within 70; later a reference is another one used again. */
const KNOWN_DAYS = 90;

/** Groups what shares a reference in one currency, and settles each group by sums that are exact. */
export function matchByReference(
  expectations: readonly Expectation[],
  movements: readonly Movement[],
): ReferenceOutcome {
  const edges = edgesOf(expectations, movements);
  const outcome = { groups: [] as Group[], ambiguities: [] as Ambiguity[] };
  for (const component of componentsOf(edges)) settle(component, outcome);
  const taken = new Set(outcome.groups.flatMap(({ movementIds }) => movementIds));
  const named = new Set(edges.map(({ movement }) => movement.id).filter((id) => !taken.has(id)));
  return { ...outcome, named };
}

function edgesOf(expectations: readonly Expectation[], movements: readonly Movement[]): readonly Edge[] {
  const byReference = new Map<string, Expectation[]>();
  for (const expectation of expectations) {
    for (const reference of new Set(expectation.references)) {
      const key = `${expectation.amount.currency} ${reference}`;
      const known = byReference.get(key);
      if (known === undefined) byReference.set(key, [expectation]);
      else known.push(expectation);
    }
  }
  return movements.flatMap((movement) => {
    const counts = new Map<Expectation, number>();
    for (const expectation of namedBy(movement, byReference)) {
      if (isKnown(expectation, movement.on)) counts.set(expectation, (counts.get(expectation) ?? 0) + 1);
    }
    const most = [...counts.values()].reduce((max, count) => Math.max(max, count), 0);
    return [...counts]
      .filter(([, count]) => count === most)
      .map(([expectation, count]) => ({ expectation, movement, count }));
  });
}

/** More expectations than this under one reference: that of a whole batch or file. */
const NARROW_MAX = 10;

/** Who has a name of his own is not looked for under that of his batch, or a file of n payments would make n² pairs. */
function namedBy(movement: Movement, byReference: ReadonlyMap<string, readonly Expectation[]>): readonly Expectation[] {
  const hits = [...new Set(movement.references)].flatMap((reference) => {
    const found = byReference.get(`${movement.amount.currency} ${reference}`);
    return found === undefined ? [] : [found];
  });
  const narrow = hits.filter(({ length }) => length <= NARROW_MAX);
  return (narrow.length > 0 ? narrow : hits).flat();
}

function isKnown({ from, to }: Expectation, on: Day): boolean {
  return on >= from && on <= addDays(to, KNOWN_DAYS);
}

interface Component {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
  readonly edges: readonly Edge[];
}

interface Outcome {
  readonly groups: Group[];
  readonly ambiguities: Ambiguity[];
}

/** What came back is set aside first: what is left must be what was sent. */
function settle(component: Component, outcome: Outcome): void {
  const { payments, returns, isClear } = splitReturns(component);
  if (!isClear) {
    outcome.ambiguities.push(ambiguityOf(component.expectations, component.movements));
    return;
  }
  settlePayments({ ...component, movements: payments }, returns, outcome);
}

type Returns = Parameters<typeof groupOf>[0]['returns'];

/** A return has the sign against its expectation, and is of the only one of its amount that it names. */
function splitReturns({ expectations, movements, edges }: Component): {
  readonly payments: readonly Movement[];
  readonly returns: Returns;
  readonly isClear: boolean;
} {
  const signs = new Set(expectations.map(({ amount }) => amount.amountMinor > 0n));
  const [isIncoming] = signs;
  if (signs.size > 1) return { payments: movements, returns: [], isClear: true };
  const isPayment = ({ amount }: Movement) => amount.amountMinor > 0n === isIncoming;
  const back = movements.filter((movement) => !isPayment(movement));
  const exact = edges.filter(
    ({ expectation, movement }) => expectation.amount.amountMinor === -movement.amount.amountMinor,
  );
  const byMovement = Map.groupBy(exact, ({ movement }) => movement);
  const returns = back.flatMap((movement) => {
    const [edge, ...others] = byMovement.get(movement) ?? [];
    return edge === undefined || others.length > 0 ? [] : [{ expectation: edge.expectation, movement }];
  });
  const isOnce = new Set(returns.map(({ expectation }) => expectation)).size === returns.length;
  return { payments: movements.filter(isPayment), returns, isClear: returns.length === back.length && isOnce };
}

function settlePayments(component: Component, returns: Returns, outcome: Outcome): void {
  const { expectations, movements } = component;
  const difference = sumOf(movements) - sumOf(expectations);
  if (movements.length === 0 && returns.length === 0) return;
  if (difference === 0n || expectations.length === 1) {
    outcome.groups.push(whole(component, returns));
    return;
  }
  const pairs = mutualPairs(component);
  if (pairs.length === 0) {
    settleBySubset(component, returns, outcome);
    return;
  }
  for (const pair of pairs) {
    const own = returns.filter(({ expectation }) => expectation === pair.expectation);
    outcome.groups.push(whole({ expectations: [pair.expectation], movements: [pair.movement], edges: [pair] }, own));
  }
  settleRest(component, returns, { pairs, outcome });
}

interface Peeled {
  readonly pairs: readonly Edge[];
  readonly outcome: Outcome;
}

/** What pairs have left may fall apart into components of its own. */
function settleRest({ edges }: Component, returns: Returns, { pairs, outcome }: Peeled): void {
  const gone = new Set(pairs.flatMap(({ expectation, movement }) => [expectation, movement]));
  const left = edges.filter(({ expectation, movement }) => !gone.has(expectation) && !gone.has(movement));
  const back = new Set(returns.map(({ movement }) => movement));
  for (const part of componentsOf(left)) {
    const within = returns.filter(({ expectation }) => part.expectations.includes(expectation));
    settlePayments({ ...part, movements: part.movements.filter((each) => !back.has(each)) }, within, outcome);
  }
}

/** Those of one amount that name each other better than they name anybody else. */
function mutualPairs({ edges, movements }: Component): readonly Edge[] {
  const payments = new Set(movements);
  const exact = edges.filter(
    ({ expectation, movement }) =>
      payments.has(movement) && expectation.amount.amountMinor === movement.amount.amountMinor,
  );
  const ofExpectation = bestEdges(exact, 'expectation');
  const ofMovement = bestEdges(exact, 'movement');
  return exact.filter(
    (edge) => ofExpectation.get(edge.expectation.id) === edge && ofMovement.get(edge.movement.id) === edge,
  );
}

/** The one with most references in common; null where two have as many. */
function bestEdges(edges: readonly Edge[], side: 'expectation' | 'movement'): ReadonlyMap<string, Edge | null> {
  const best = new Map<string, { readonly edge: Edge | null; readonly count: number }>();
  for (const edge of edges) {
    const { id } = edge[side];
    const known = best.get(id);
    if (known === undefined || edge.count > known.count) best.set(id, { edge, count: edge.count });
    else if (edge.count === known.count) best.set(id, { edge: null, count: edge.count });
  }
  return new Map([...best].map(([id, { edge }]) => [id, edge]));
}

/** Either some of the expectations make all that moved, or some of what moved makes all expectations, in one way. */
function settleBySubset(component: Component, returns: Returns, outcome: Outcome): void {
  const { expectations, movements } = component;
  const some = subsetsOf(expectations, sumOf(movements));
  const part = subsetsOf(movements, sumOf(expectations));
  if (!some.isComplete || !part.isComplete) {
    outcome.ambiguities.push({ ...ambiguityOf(expectations, movements), why: 'too_many_to_search' });
    return;
  }
  const count = some.subsets.length + part.subsets.length;
  if (count > 1 || (count === 1 && returns.length > 0)) {
    outcome.ambiguities.push(ambiguityOf(expectations, [...movements, ...returns.map(({ movement }) => movement)]));
    return;
  }
  const [expectationIds] = some.subsets;
  const [movementIds] = part.subsets;
  outcome.groups.push(
    whole(
      {
        ...component,
        expectations: expectationIds === undefined ? expectations : only(expectations, expectationIds),
        movements: movementIds === undefined ? movements : only(movements, movementIds),
      },
      returns,
    ),
  );
}

function subsetsOf(sides: readonly (Expectation | Movement)[], target: bigint) {
  const isUp = target > 0n;
  const items = sides
    .filter(({ amount }) => amount.amountMinor > 0n === isUp)
    .map(({ id, amount }) => ({ id, size: isUp ? amount.amountMinor : -amount.amountMinor }));
  return findSubsets({ items, target: isUp ? target : -target, countMin: 1 });
}

function only<T extends { readonly id: string }>(sides: readonly T[], ids: readonly string[]): readonly T[] {
  return sides.filter(({ id }) => ids.includes(id));
}

function whole({ expectations, movements, edges }: Component, returns: Returns): Group {
  const shared = new Map(edges.map((edge) => [`${edge.expectation.id} ${edge.movement.id}`, edge.count]));
  return groupOf({
    by: 'reference',
    expectations,
    payments: movements,
    returns,
    decision: null,
    shared: (expectation, movement) => shared.get(`${expectation.id} ${movement.id}`) ?? 0,
  });
}

function ambiguityOf(expectations: readonly Expectation[], movements: readonly Movement[]): Ambiguity {
  return {
    why: 'several_fit',
    expectationIds: expectations.map(({ id }) => id),
    movementIds: movements.map(({ id }) => id),
  };
}
