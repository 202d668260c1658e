import { componentsOf } from './components.ts';
import { groupOf } from './group.ts';
import type { Ambiguity, Expectation, Group, Movement } from './shape.ts';
import { findSubsets } from './subset.ts';

export interface AmountOutcome {
  readonly groups: readonly Group[];
  readonly ambiguities: readonly Ambiguity[];
}

/** More alike on one side: nothing but references can tell them apart. */
const ALIKE_MAX = 500;
/** Beyond it almost any sum can be made of some of them, and a fit says nothing. */
const CANDIDATES_MAX = 24;

/**
 * One to one by equal amounts within the days of the expectation. Where as many moved as were expected and each finds
 * its day, all of them are matched, whoever is whose; otherwise nobody can say which, and it is ambiguous.
 */
export function matchByAmount(expectations: readonly Expectation[], movements: readonly Movement[]): AmountOutcome {
  const groups: Group[] = [];
  const ambiguities: Ambiguity[] = [];
  const alike = Map.groupBy(movements, amountKey);
  const classes = Map.groupBy(expectations, amountKey);
  for (const [key, expected] of classes) {
    const moved = alike.get(key) ?? [];
    if (moved.length === 0) continue;
    if (expected.length > ALIKE_MAX || moved.length > ALIKE_MAX) {
      ambiguities.push(ambiguityOf('too_many_to_search', expected, moved));
      continue;
    }
    const links = expected.flatMap((expectation) =>
      moved.filter(({ on }) => isWithin(expectation, on)).map((movement) => ({ expectation, movement })),
    );
    for (const component of componentsOf(links)) {
      if (isEven(component)) groups.push(plain('amount', component.expectations, component.movements));
      else ambiguities.push(ambiguityOf('several_fit', component.expectations, component.movements));
    }
  }
  return { groups, ambiguities };
}

function amountKey({ amount }: Expectation | Movement): string {
  return `${amount.currency} ${amount.amountMinor}`;
}

function isWithin({ from, to }: Expectation, on: string): boolean {
  return on >= from && on <= to;
}

interface Alike {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
}

/**
 * Whether each finds a partner of its own: as many as there are, and each in order of its last day takes the first that
 * came (for windows of days this greedy choice is a perfect matching whenever there is one; Glover 1967).
 */
function isEven({ expectations, movements }: Alike): boolean {
  if (expectations.length !== movements.length) return false;
  const waiting = new Set(expectations);
  for (const { on } of [...movements].sort((one, other) => (one.on < other.on ? -1 : 1))) {
    const open = [...waiting].filter((expectation) => isWithin(expectation, on));
    const first = open.sort((one, other) => (one.to < other.to ? -1 : 1))[0];
    if (first === undefined) return false;
    waiting.delete(first);
  }
  return true;
}

/** What is left: one movement for several expectations, or several for one, where exactly one choice of them fits. */
export function matchBySum(expectations: readonly Expectation[], movements: readonly Movement[]): AmountOutcome {
  const fits = [
    ...movements.flatMap((movement) => {
      const fitting = expectations.filter((each) => isWithin(each, movement.on) && isAlongside(each, movement));
      return fitsOf(movement, fitting).map((ids) => ({ movements: [movement], expectations: only(fitting, ids) }));
    }),
    ...expectations.flatMap((expectation) => {
      const fitting = movements.filter((each) => isWithin(expectation, each.on) && isAlongside(each, expectation));
      return fitsOf(expectation, fitting).map((ids) => ({
        movements: only(fitting, ids),
        expectations: [expectation],
      }));
    }),
  ];
  return settleFits(fits);
}

interface Fit {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
}

/** A fit that shares nothing with another is a match; those that do are ambiguous, all together. */
function settleFits(fits: readonly Fit[]): AmountOutcome {
  const links = fits.flatMap((fit) =>
    fit.expectations.flatMap((expectation) => fit.movements.map((movement) => ({ expectation, movement, fit }))),
  );
  const groups: Group[] = [];
  const ambiguities: Ambiguity[] = [];
  for (const { expectations, movements, edges } of componentsOf(links)) {
    const isOne = new Set(edges.map(({ fit }) => fit)).size === 1;
    if (isOne) groups.push(plain('sum', expectations, movements));
    else ambiguities.push(ambiguityOf('several_fit', expectations, movements));
  }
  return { groups, ambiguities };
}

function isAlongside(one: Expectation | Movement, other: Expectation | Movement): boolean {
  const isSameWay = one.amount.amountMinor > 0n === other.amount.amountMinor > 0n;
  return isSameWay && one.amount.currency === other.amount.currency;
}

/** Nothing where there are too many: open and unexpected say the truth then. */
function fitsOf(
  whole: Expectation | Movement,
  parts: readonly (Expectation | Movement)[],
): readonly (readonly string[])[] {
  if (parts.length > CANDIDATES_MAX) return [];
  const size = (minor: bigint) => (minor < 0n ? -minor : minor);
  const found = findSubsets({
    items: parts.map(({ id, amount }) => ({ id, size: size(amount.amountMinor) })),
    target: size(whole.amount.amountMinor),
    countMin: 2,
  });
  return found.isComplete ? found.subsets : [];
}

function only<T extends { readonly id: string }>(sides: readonly T[], ids: readonly string[]): readonly T[] {
  return sides.filter(({ id }) => ids.includes(id));
}

function plain(by: 'amount' | 'sum', expectations: readonly Expectation[], payments: readonly Movement[]): Group {
  return groupOf({ by, expectations, payments, returns: [], decision: null, shared: () => 0 });
}

function ambiguityOf(
  why: Ambiguity['why'],
  expectations: readonly Expectation[],
  movements: readonly Movement[],
): Ambiguity {
  return { why, expectationIds: expectations.map(({ id }) => id), movementIds: movements.map(({ id }) => id) };
}
