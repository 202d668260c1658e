export interface SubsetItem {
  readonly id: string;
  /** Above zero. */
  readonly size: bigint;
}

export interface SubsetSearch {
  readonly items: readonly SubsetItem[];
  readonly target: bigint;
  /** Subsets of fewer items do not count. */
  readonly countMin: number;
}

export interface SubsetsFound {
  /** Two at most: more than one is one too many already. Ids in order. */
  readonly subsets: readonly (readonly string[])[];
  /** False where the bound ended the search: there may be others. */
  readonly isComplete: boolean;
}

const SUBSETS_MAX = 2;
/** Some 20 ms. The search is exact, so that it grows with 2 to the number of items in the worst case. */
const STEPS_MAX = 200_000;

/**
 * All subsets whose sizes sum to the target, exactly: tries every one, largest items first, and leaves a branch only
 * where what remains cannot reach the target or has passed it. The order of items changes nothing.
 */
export function findSubsets({ items, target, countMin }: SubsetSearch): SubsetsFound {
  const sorted = items
    .filter(({ size }) => size <= target)
    .sort((one, other) => (one.size === other.size ? compareIds(one.id, other.id) : one.size > other.size ? -1 : 1));
  const remaining = suffixSums(sorted);
  const subsets: string[][] = [];
  const chosen: string[] = [];
  let steps = 0;
  const visit = (at: number, rest: bigint): void => {
    if (rest === 0n) {
      if (chosen.length >= countMin) subsets.push([...chosen].sort(compareIds));
      return;
    }
    const item = sorted[at];
    if (item === undefined || (remaining[at] ?? 0n) < rest) return;
    steps += 1;
    if (steps > STEPS_MAX || subsets.length >= SUBSETS_MAX) return;
    if (item.size <= rest) {
      chosen.push(item.id);
      visit(at + 1, rest - item.size);
      chosen.pop();
    }
    visit(at + 1, rest);
  };
  if (target > 0n) visit(0, target);
  return { subsets: subsets.slice(0, SUBSETS_MAX), isComplete: steps <= STEPS_MAX };
}

function suffixSums(items: readonly SubsetItem[]): readonly bigint[] {
  const sums: bigint[] = [];
  let sum = 0n;
  for (const { size } of items.toReversed()) {
    sum += size;
    sums.unshift(sum);
  }
  return sums;
}

/** By code unit: the same on every machine. */
export function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
