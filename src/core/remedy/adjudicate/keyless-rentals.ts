import type { Rental } from '../../fact/rental.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../../kernel/time.ts';
import { rentalExpected, type Setting, type Weighed } from '../detect.ts';
import { obligationKey } from '../match.ts';
import { amountKey, type Explained, type KeylessSuspect, type KeylessVerdict, suspectOf } from './keyless-suspect.ts';
import { type Leg, most, netLegs } from './leg.ts';
import { compareText, groupBy } from './order.ts';

/** A charge may precede the start that was recorded for its rental: clocks, prepayment. */
const CHARGED_BEFORE_START_MAX_MS = DAY_MS;
/** A rental counts as ended before a charge also where the two clocks disagree by less. */
const CLOCK_SLACK_MS = HOUR_MS;
/** How long after its end an unpaid rental may still be what a charge of another amount was for. */
const LATE_CHARGE_MAX_MS = 31 * DAY_MS;

/** What a rental has left to be charged, and by whom it was paid. */
interface Slot {
  readonly rental: Rental;
  readonly released: Instant;
  /** Minor units still to pay, by the charges that name the rental. */
  readonly outstanding: bigint;
  /** The first charge that pays it; null while it is open. */
  payer: Leg | null;
}

/** Lets every rental of the account explain one charge, the earliest first; judges the charges left over. */
export function explainByRentals(input: {
  readonly legs: readonly Leg[];
  readonly rentals: readonly Rental[];
  readonly weighed: ReadonlyMap<string, Weighed>;
  readonly setting: Setting;
}): KeylessVerdict {
  if (input.legs.length === 0) return { suspects: [], explained: [], quiet: [] };
  const slots = input.rentals.map((rental) => slotOf(rental, input.weighed));
  const { explained, leftOver } = fill(slots, input.legs);
  const filled = new Set(explained.map(({ rental }) => rental));
  const byPrice = groupBy(slots.toSorted(byEnd), (slot) => (slot.payer === null ? null : priceKey(slot.rental)));
  const openEnds = slots
    .filter((slot) => slot.outstanding > 0n && !filled.has(slot.rental))
    .map((slot) => slot.rental.endedAt)
    .toSorted((one, other) => one - other);
  const suspects = [...groupBy(leftOver, amountKey)].flatMap(([key, legs]) =>
    pairWithPaid(byPrice.get(key) ?? [], legs).map(({ leg, slot, alternatives }): KeylessSuspect => {
      const base = { ...suspectOf(leg), alternatives };
      if (slot !== null) {
        const { rental, payer } = slot;
        return { ...base, class: 'double_charge', grade: 'probable', basis: 'rental_paid', rental, kept: payer };
      }
      const at = leg.payment.createdAt;
      const from = firstFrom(openEnds, at - LATE_CHARGE_MAX_MS);
      const couldBeOther = from !== null && from <= at + CLOCK_SLACK_MS;
      return {
        ...base,
        class: 'charge_without_rental',
        grade: !couldBeOther && rentalExpected(input.setting, at) ? 'probable' : 'possible',
        basis: couldBeOther ? 'other_price' : 'no_rental',
        kept: null,
      };
    }),
  );
  return { suspects, explained, quiet: [] };
}

function slotOf(rental: Rental, weighed: ReadonlyMap<string, Weighed>): Slot {
  const weight = weighed.get(obligationKey(rental.rentalId, 'rental'));
  const given = new Set(weight?.suspects.map((suspect) => suspect.share.leg));
  const staying = netLegs(weight?.obligation.legs ?? []).filter((leg) => !given.has(leg));
  return {
    rental,
    released: rental.startedAt ?? rental.endedAt,
    outstanding: rental.amountDue.amountMinor - most(0n, weight?.taken ?? 0n),
    payer: (weight?.taken ?? 0n) > 0n ? (staying[0] ?? null) : null,
  };
}

/**
 * Both sides stand in order of time and every rental stays open once released, so taking the earliest one leaves the
 * fewest charges over: no other choice explains more.
 */
function fill(
  slots: readonly Slot[],
  legs: readonly Leg[],
): { readonly explained: readonly Explained[]; readonly leftOver: readonly Leg[] } {
  const queues = groupBy(slots.toSorted(byRelease), (slot) =>
    slot.outstanding > 0n ? `${slot.rental.amountDue.currency} ${slot.outstanding}` : null,
  );
  const heads = new Map<string, number>();
  const explained: Explained[] = [];
  const leftOver: Leg[] = [];
  for (const leg of legs) {
    const key = amountKey(leg);
    const head = heads.get(key) ?? 0;
    const slot = queues.get(key)?.[head];
    if (slot !== undefined && slot.released - CHARGED_BEFORE_START_MAX_MS <= leg.payment.createdAt) {
      slot.payer ??= leg;
      heads.set(key, head + 1);
      explained.push({ leg, rental: slot.rental });
    } else leftOver.push(leg);
  }
  return { explained, leftOver };
}

interface Pairing {
  readonly leg: Leg;
  readonly slot: Slot | null;
  readonly alternatives: number;
}

/**
 * Gives each charge the nearest paid rental that ended before it, the latest charge first, and each rental to one
 * charge while there are enough: a run that is repeated in order then meets its own rentals again, not one of them
 * many times. `slots` stand in order of their ends, `legs` in order of time.
 */
function pairWithPaid(slots: readonly Slot[], legs: readonly Leg[]): readonly Pairing[] {
  let next = slots.length - 1;
  let eligible = slots.length;
  return legs.toReversed().map((leg) => {
    const latest = leg.payment.createdAt + CLOCK_SLACK_MS;
    while (eligible > 0 && (slots[eligible - 1]?.rental.endedAt ?? latest) > latest) eligible--;
    next = Math.min(next, eligible - 1);
    const slot = slots[next] ?? slots[eligible - 1] ?? null;
    next--;
    return { leg, slot, alternatives: Math.max(0, eligible - 1) };
  });
}

/** The first of the ascending instants that is not before `from`; null if all are. */
function firstFrom(instants: readonly Instant[], from: Instant): Instant | null {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? from) < from) low = middle + 1;
    else high = middle;
  }
  return instants[low] ?? null;
}

function byRelease(one: Slot, other: Slot): number {
  return one.released - other.released || compareText(one.rental.rentalId, other.rental.rentalId);
}

function byEnd(one: Slot, other: Slot): number {
  return one.rental.endedAt - other.rental.endedAt || compareText(one.rental.rentalId, other.rental.rentalId);
}

function priceKey(rental: Rental): string {
  return `${rental.amountDue.currency} ${rental.amountDue.amountMinor}`;
}
