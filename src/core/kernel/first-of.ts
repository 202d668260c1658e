/**
 * The first so many items in order, ordered: what sorting all and cutting would give, in little more than one pass
 * where few are wanted of many.
 */
export function firstOf<Item>(
  items: Iterable<Item>,
  count: number,
  compare: (one: Item, other: Item) => number,
): readonly Item[] {
  const first: Item[] = [];
  for (const item of items) {
    const last = first.at(-1);
    if (first.length >= count && (last === undefined || compare(item, last) >= 0)) continue;
    first.splice(placeOf(item, first, compare), 0, item);
    if (first.length > count) first.pop();
  }
  return first;
}

/** Behind all that come no later. */
function placeOf<Item>(item: Item, ordered: readonly Item[], compare: (one: Item, other: Item) => number): number {
  let from = 0;
  let to = ordered.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare(ordered[middle] as Item, item) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
