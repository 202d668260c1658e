import type { Settlement } from '../../fact/settlement.ts';
import type { Instant } from '../../kernel/time.ts';

/** Orders texts by code unit: the same on every machine and in every locale. Null comes first. */
export function compareText(one: string | null, other: string | null): number {
  if (one === other) return 0;
  if (one === null) return -1;
  if (other === null) return 1;
  return one < other ? -1 : 1;
}

/** Orders facts by time, and by id where the times are equal, so that the order of input rows never shows. */
export function byTime<Fact extends { readonly createdAt: Instant }>(
  idOf: (fact: Fact) => string,
): (one: Fact, other: Fact) => number {
  return (one, other) => one.createdAt - other.createdAt || compareText(idOf(one), idOf(other));
}

export function byBooking(one: Settlement, other: Settlement): number {
  return (
    one.bookedAt - other.bookedAt ||
    compareText(one.lineId, other.lineId) ||
    compareText(one.paymentId, other.paymentId) ||
    Number(one.amount.amountMinor - other.amount.amountMinor)
  );
}

/** Groups in the order given; what has no key is left out. */
export function groupBy<Fact>(
  facts: readonly Fact[],
  keyOf: (fact: Fact) => string | null,
): ReadonlyMap<string, readonly Fact[]> {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const key = keyOf(fact);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fact]);
    else group.push(fact);
  }
  return groups;
}
