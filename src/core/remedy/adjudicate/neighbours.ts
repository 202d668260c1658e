import type { Rental } from '../../fact/rental.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Hearing } from './hearing.ts';
import { type Leg, netLegs } from './leg.ts';
import { byTime, compareText, groupBy } from './order.ts';

/** What stands beside a rental or charge of the same account and makes it look doubled. */
export interface Neighbours {
  /** An adjacent charge of the same account and amount for something else, still standing, at most a day away. */
  readonly alike: (leg: Leg) => Leg | null;
  /** A rental of the same account and another vehicle at the same time. */
  readonly beside: (rental: Rental) => Rental | null;
}

const ALIKE_MAX_MS = DAY_MS;

/** Looks at adjacent charges and rentals only, and not before it is asked: n log n, enough to say that there is one. */
export function neighboursOf(hearing: Hearing): Neighbours {
  let alike: ReadonlyMap<Leg, Leg> | null = null;
  let beside: ReadonlyMap<Rental, Rental> | null = null;
  return {
    alike: (leg) => {
      alike ??= alikeLegs(hearing);
      return alike.get(leg) ?? null;
    },
    beside: (rental) => {
      beside ??= rentalsAtOnce(hearing);
      return beside.get(rental) ?? null;
    },
  };
}

function alikeLegs(hearing: Hearing): ReadonlyMap<Leg, Leg> {
  const legs = netLegs([
    ...[...hearing.weighed.values()].flatMap(({ obligation }) => obligation.legs),
    ...hearing.matched.keyless,
  ]);
  const order = byTime((payment: Leg['payment']) => payment.paymentId);
  return pairUp(groupBy(legs, likeness), {
    order: (one, other) => order(one.payment, other.payment),
    match: ({ payment: one }, { payment: other }) =>
      (one.rentalId === null || one.rentalId !== other.rentalId) && other.createdAt - one.createdAt <= ALIKE_MAX_MS,
  });
}

function rentalsAtOnce(hearing: Hearing): ReadonlyMap<Rental, Rental> {
  const timed = hearing.facts.rentals.filter((rental) => rental.startedAt !== null && rental.vehicleId !== null);
  return pairUp(
    groupBy(timed, (rental) => rental.accountId),
    {
      order: (one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0) || compareText(one.rentalId, other.rentalId),
      match: (one, other) => one.vehicleId !== other.vehicleId && (other.startedAt ?? 0) < one.endedAt,
    },
  );
}

function likeness({ payment }: Leg): string | null {
  const { accountId, amount } = payment;
  return accountId === null ? null : `${accountId}\u0000${amount.currency} ${amount.amountMinor}`;
}

/** Gives every thing an adjacent one that matches, the earlier before the later. */
function pairUp<Thing>(
  groups: ReadonlyMap<string, readonly Thing[]>,
  by: {
    readonly order: (one: Thing, other: Thing) => number;
    /** `one` stands before `other`. */
    readonly match: (one: Thing, other: Thing) => boolean;
  },
): ReadonlyMap<Thing, Thing> {
  const pairs = new Map<Thing, Thing>();
  for (const group of groups.values()) {
    let previous: Thing | undefined;
    for (const thing of group.toSorted(by.order)) {
      if (previous !== undefined && by.match(previous, thing)) {
        pairs.set(thing, previous);
        if (!pairs.has(previous)) pairs.set(previous, thing);
      }
      previous = thing;
    }
  }
  return pairs;
}
