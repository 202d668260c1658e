import { assert } from '../kernel/assert.ts';
import type { Day } from '../kernel/day.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { matchByAmount, matchBySum } from './reconcile/by-amount.ts';
import { matchByReference } from './reconcile/by-reference.ts';
import { groupOf } from './reconcile/group.ts';
import type { Ambiguity, Expectation, Group, ManualMatch, Movement, Promised } from './reconcile/shape.ts';
import { compareIds } from './reconcile/subset.ts';

export interface ReconcileInput {
  readonly expectations: readonly Expectation[];
  /** Repeats of one id are one movement: importing a file again changes nothing. */
  readonly movements: readonly Movement[];
  readonly manual: readonly ManualMatch[];
  /** Up to which day the movements are complete: what is not there by then has not come. */
  readonly asOf: Day;
}

/** Every expectation is in a group, in an ambiguity or open; every movement in one of the first two or unexpected. */
export interface Reconciliation {
  readonly groups: readonly Group[];
  readonly ambiguities: readonly Ambiguity[];
  readonly open: readonly { readonly expectationId: string; readonly isOverdue: boolean }[];
  /** Moved, and nothing expected it. */
  readonly unexpected: readonly string[];
  readonly promises: readonly Promised[];
  /** Decisions of persons that no longer fit: nothing of them was done. */
  readonly refused: readonly { readonly match: ManualMatch; readonly why: ManualFault }[];
}

export type ManualFault = 'unknown_id' | 'already_matched' | 'several_currencies' | 'empty';

/**
 * Which expectations have come to pass. Decisions of persons first, then exact references, then equal amounts, then
 * sums, each within what those before have left; nothing is used twice. What fits in several ways is ambiguous, never
 * guessed. The order of the input changes nothing.
 */
export function reconcile(input: ReconcileInput): Reconciliation {
  const expectations = distinct(input.expectations);
  const movements = distinct(input.movements);
  assert(
    expectations.every(({ amount, from, to }) => amount.amountMinor !== 0n && from <= to),
    'an expectation has an amount and days',
  );
  const { groups: byHand, refused } = matchByHand(input.manual, { expectations, movements });
  const groups: Group[] = [...byHand];
  const ambiguities: Ambiguity[] = [];
  const left = () => without({ expectations, movements }, groups, ambiguities);

  const first = left();
  const byReference = matchByReference(first.expectations, first.movements);
  groups.push(...byReference.groups);
  ambiguities.push(...byReference.ambiguities);

  for (const match of [matchByAmount, matchBySum]) {
    const rest = left();
    const nameless = rest.movements.filter(({ id }) => !byReference.named.has(id));
    const found = match(rest.expectations, nameless);
    groups.push(...found.groups);
    ambiguities.push(...found.ambiguities);
  }
  const rest = left();
  return {
    groups: groups.sort((one, other) => compareIds(nameOf(one), nameOf(other))),
    ambiguities: ambiguities.map(ordered).sort((one, other) => compareIds(nameOf(one), nameOf(other))),
    open: rest.expectations.map(({ id, to }) => ({ expectationId: id, isOverdue: to < input.asOf })),
    unexpected: rest.movements.map(({ id }) => id),
    promises: promisesOf(expectations, { groups, ambiguities, movements }, input.asOf),
    refused,
  };
}

/** In order of their ids, each once. Two of one id that differ are a defect: the id was not stable. */
function distinct<T extends Expectation | Movement>(sides: readonly T[]): readonly T[] {
  const known = new Map<string, T>();
  for (const side of sides) {
    const before = known.get(side.id);
    const isSame = before === undefined || before.amount.amountMinor === side.amount.amountMinor;
    assert(isSame && (before?.amount.currency ?? side.amount.currency) === side.amount.currency, `${side.id} is one`);
    known.set(side.id, side);
  }
  return [...known.values()].sort((one, other) => compareIds(one.id, other.id));
}

interface Sides {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
}

/** Movements of nothing move nothing, and are left alone. */
function without(sides: Sides, groups: readonly Group[], ambiguities: readonly Ambiguity[]): Sides {
  const used = new Set([...groups, ...ambiguities].flatMap((each) => each.expectationIds));
  const moved = new Set([...groups, ...ambiguities].flatMap((each) => each.movementIds));
  return {
    expectations: sides.expectations.filter(({ id }) => !used.has(id)),
    movements: sides.movements.filter(({ id, amount }) => !moved.has(id) && amount.amountMinor !== 0n),
  };
}

function matchByHand(
  manual: readonly ManualMatch[],
  sides: Sides,
): { readonly groups: readonly Group[]; readonly refused: Reconciliation['refused'] } {
  const groups: Group[] = [];
  const refused: { match: ManualMatch; why: ManualFault }[] = [];
  for (const match of manual) {
    const found = readManual(match, sides, groups);
    if (found.ok) groups.push(found.value);
    else refused.push({ match, why: found.error });
  }
  return { groups, refused };
}

function readManual(match: ManualMatch, sides: Sides, groups: readonly Group[]): Result<Group, ManualFault> {
  const expectations = sides.expectations.filter(({ id }) => match.expectationIds.includes(id));
  const movements = sides.movements.filter(({ id }) => match.movementIds.includes(id));
  if (match.expectationIds.length === 0 || match.movementIds.length === 0) return fail('empty');
  if (expectations.length < new Set(match.expectationIds).size) return fail('unknown_id');
  if (movements.length < new Set(match.movementIds).size) return fail('unknown_id');
  const isUsed = groups.some(
    (group) =>
      group.expectationIds.some((id) => match.expectationIds.includes(id)) ||
      group.movementIds.some((id) => match.movementIds.includes(id)),
  );
  if (isUsed) return fail('already_matched');
  const currencies = new Set([...expectations, ...movements].map(({ amount }) => amount.currency));
  if (currencies.size > 1) return fail('several_currencies');
  const { person, reason } = match;
  return ok(
    groupOf({
      by: 'hand',
      expectations,
      payments: movements,
      returns: [],
      decision: { person, reason },
      shared: () => 0,
    }),
  );
}

function ordered({ why, expectationIds, movementIds }: Ambiguity): Ambiguity {
  return { why, expectationIds: [...expectationIds].sort(compareIds), movementIds: [...movementIds].sort(compareIds) };
}

function nameOf({ expectationIds, movementIds }: Group | Ambiguity): string {
  return [...expectationIds, ...movementIds].join(' ');
}

interface Found {
  readonly groups: readonly Group[];
  readonly ambiguities: readonly Ambiguity[];
  readonly movements: readonly Movement[];
}

/** Kept where all of it was there in time and stayed. Of several that cannot be told apart the last day counts. */
function promisesOf(expectations: readonly Expectation[], found: Found, asOf: Day): readonly Promised[] {
  const unclear = new Set(found.ambiguities.flatMap(({ expectationIds }) => expectationIds));
  const groupOfId = new Map(found.groups.flatMap((group) => group.expectationIds.map((id) => [id, group] as const)));
  const dayOfId = new Map(found.movements.map(({ id, on }) => [id, on]));
  return expectations.flatMap(({ id, promisedOn }): readonly Promised[] => {
    if (promisedOn === null) return [];
    const promise = { expectationId: id, promisedOn };
    if (unclear.has(id)) return [{ ...promise, arrivedOn: null, standing: 'unknown' }];
    const group = groupOfId.get(id);
    const arrivedOn = group === undefined ? null : arrivalOf(group, id, dayOfId);
    if (arrivedOn === null) return [{ ...promise, arrivedOn, standing: asOf > promisedOn ? 'missed' : 'pending' }];
    return [{ ...promise, arrivedOn, standing: arrivedOn <= promisedOn ? 'kept' : 'missed' }];
  });
}

function arrivalOf(group: Group, id: string, dayOfId: ReadonlyMap<string, Day>): Day | null {
  if (group.standing === 'under' || group.returned.some(({ expectationId }) => expectationId === id)) return null;
  const isPairwise = group.by !== 'amount' && group.allocations.length > 0;
  const own = group.allocations.filter(({ expectationId }) => expectationId === id).map(({ movementId }) => movementId);
  const days = (isPairwise ? own : group.movementIds).flatMap((movementId) => dayOfId.get(movementId) ?? []);
  return days.reduce<Day | null>((last, on) => (last === null || on > last ? on : last), null);
}
