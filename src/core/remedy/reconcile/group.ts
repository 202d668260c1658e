import { assert } from '../../kernel/assert.ts';
import { type Money, money } from '../../kernel/money.ts';
import type { Allocation, Evidence, Expectation, Group, Movement, Returned } from './shape.ts';
import { compareIds } from './subset.ts';

export interface GroupParts {
  readonly by: Evidence;
  readonly expectations: readonly Expectation[];
  readonly payments: readonly Movement[];
  /** Returns, each with the expectation whose money came back. */
  readonly returns: readonly { readonly expectation: Expectation; readonly movement: Movement }[];
  readonly decision: Group['decision'];
  /** How many references two have in common: exact pairs are allocated to each other. */
  readonly shared: (expectation: Expectation, movement: Movement) => number;
}

/** Everything of one currency and, returns apart, of one direction. */
export function groupOf(parts: GroupParts): Group {
  const { expectations, payments, returns, by, decision } = parts;
  const expected = sumOf(expectations);
  const difference = sumOf(payments) - expected;
  const allocations = difference === 0n || expectations.length === 1 ? allocate(parts) : [];
  const group: Group = {
    standing: standingOf(difference, expected),
    by,
    expectationIds: expectations.map(({ id }) => id).sort(compareIds),
    movementIds: [...payments, ...returns.map(({ movement }) => movement)].map(({ id }) => id).sort(compareIds),
    allocations: [...allocations, ...returns.map(returnAllocation)].sort(compareAllocations),
    difference: money(difference, expectations[0]?.amount.currency ?? ''),
    returned: returns.map(returnedOf),
    decision,
  };
  assertAllocated(group, parts);
  return group;
}

export function sumOf(sides: readonly { readonly amount: Money }[]): bigint {
  return sides.reduce((sum, { amount }) => sum + amount.amountMinor, 0n);
}

/** More of what was expected is over: more going out as well as more coming in. */
function standingOf(difference: bigint, expected: bigint): Group['standing'] {
  if (difference === 0n) return 'matched';
  return difference > 0n === expected > 0n ? 'over' : 'under';
}

/** Exact pairs first, those with most references in common before others; the rest fills up in order of day. */
function allocate({ expectations, payments, shared }: GroupParts): readonly Allocation[] {
  const wanted = new Map(expectations.map((each) => [each.id, each.amount.amountMinor]));
  const left = new Map(payments.map((each) => [each.id, each.amount.amountMinor]));
  const allocations: Allocation[] = [];
  const take = (expectation: Expectation, movement: Movement): void => {
    const amountMinor = smaller(wanted.get(expectation.id) ?? 0n, left.get(movement.id) ?? 0n);
    if (amountMinor === 0n) return;
    wanted.set(expectation.id, (wanted.get(expectation.id) ?? 0n) - amountMinor);
    left.set(movement.id, (left.get(movement.id) ?? 0n) - amountMinor);
    allocations.push({ expectationId: expectation.id, movementId: movement.id, amountMinor });
  };
  for (const { expectation, movement } of exactPairs(expectations, payments, shared)) {
    const isWhole = wanted.get(expectation.id) === left.get(movement.id);
    if (isWhole && wanted.get(expectation.id) === expectation.amount.amountMinor) take(expectation, movement);
  }
  const ordered = [...payments].sort((one, other) => compareIds(`${one.on} ${one.id}`, `${other.on} ${other.id}`));
  for (const expectation of [...expectations].sort((one, other) => compareIds(one.id, other.id))) {
    for (const movement of ordered) take(expectation, movement);
  }
  return allocations;
}

function exactPairs(
  expectations: readonly Expectation[],
  payments: readonly Movement[],
  shared: GroupParts['shared'],
): readonly { readonly expectation: Expectation; readonly movement: Movement; readonly count: number }[] {
  const byAmount = Map.groupBy(payments, ({ amount }) => amount.amountMinor);
  return expectations
    .flatMap((expectation) =>
      (byAmount.get(expectation.amount.amountMinor) ?? []).map((movement) => ({
        expectation,
        movement,
        count: shared(expectation, movement),
      })),
    )
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count || compareIds(pairName(one), pairName(other)));
}

function pairName({ expectation, movement }: { expectation: Expectation; movement: Movement }): string {
  return `${expectation.id} ${movement.id}`;
}

/** The one nearer to zero; zero where they point in different directions. */
function smaller(one: bigint, other: bigint): bigint {
  if (one > 0n !== other > 0n) return 0n;
  const isOne = one > 0n ? one <= other : one >= other;
  return isOne ? one : other;
}

function returnAllocation({ expectation, movement }: GroupParts['returns'][number]): Allocation {
  return { expectationId: expectation.id, movementId: movement.id, amountMinor: movement.amount.amountMinor };
}

function returnedOf({ expectation, movement }: GroupParts['returns'][number]): Returned {
  return { expectationId: expectation.id, movementId: movement.id, reason: movement.returnReason };
}

function compareAllocations(one: Allocation, other: Allocation): number {
  return compareIds(one.expectationId, other.expectationId) || compareIds(one.movementId, other.movementId);
}

function assertAllocated({ standing, allocations }: Group, { expectations, payments, returns }: GroupParts): void {
  const total = allocations.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const expected = sumOf(expectations) + sumOf(returns.map(({ movement }) => movement));
  const moved = sumOf([...payments, ...returns.map(({ movement }) => movement)]);
  assert(standing !== 'matched' || (total === expected && total === moved), 'allocations sum to both sides of a match');
}
