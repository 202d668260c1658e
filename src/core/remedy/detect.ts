import type { Facts, RentalsUnread } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import type { Instant, Window } from '../kernel/time.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { allocate, preferred, type Share, type Yardstick } from './adjudicate/allocate.ts';
import { differInPayer, keyOf, type Leg, netLegs, remainingOf } from './adjudicate/leg.ts';
import { groupBy } from './adjudicate/order.ts';
import { type Price, priceOf } from './adjudicate/price.ts';
import type { FindingClass, Grade } from './finding.ts';
import type { Obligation } from './match.ts';

/** How the verdict on one charge was reached; the sentence follows it. */
export type Basis =
  /** The rental's price, or our books', is less than was taken. */
  | 'price'
  /** Equal charges for one rental; the price is taken to be one of them. */
  | 'equal_charges'
  /** Different charges for one rental whose price nobody tells. */
  | 'unclear'
  /** The rentals file does not hold the rental. */
  | 'rental_unknown'
  /** The rentals file holds the rental in a row that was rejected. */
  | 'rental_unread'
  | 'same_key'
  | 'same_charge'
  /** Our books hold one such charge, the provider took more. */
  | 'booked_once'
  /** Equal charges that may well be two occurrences. */
  | 'alike';

/** One charge that should not have been, as far as its own obligation tells. */
export interface Suspect {
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly basis: Basis;
  readonly share: Share;
  readonly kept: Leg | null;
}

/** An obligation weighed: what was taken, what was owed, and which charges are too many. Amounts are minor units. */
export interface Weighed {
  readonly obligation: Obligation;
  /** Succeeded charges. */
  readonly gross: bigint;
  /** Succeeded charges less refunds and chargebacks. */
  readonly taken: bigint;
  /** Null where nothing tells a price and none can be inferred. */
  readonly owed: bigint | null;
  readonly price: Price | null;
  /** Above zero exactly where there are suspects. */
  readonly excess: bigint;
  readonly suspects: readonly Suspect[];
  readonly yardstick: Yardstick;
}

/** The scan's whole input as far as single verdicts depend on it: equal for a part and for the whole. */
export interface Setting {
  readonly layers: Facts['layers'];
  /** Null where every rental row could be used. */
  readonly rentalsUnread: RentalsUnread | null;
  /** The newest fact of all: what "still inside the refund window" is measured against. */
  readonly asOf: Instant;
  /** When a charge can be expected to find its rental in the file; null without rentals. */
  readonly rentalsExpected: Window | null;
  /** Whether charges can be laid to rentals by their account: not where the source has no customer (MDS trips). */
  readonly rentalsTellAccounts: boolean;
}

/** A charge may be made a day before its rental's end is recorded, and up to a month after (late billing). */
const CHARGED_BEFORE_MAX_MS = DAY_MS;
const CHARGED_AFTER_MAX_MS = 31 * DAY_MS;

export function settingOf(facts: Facts): Setting {
  const { rentalsEnded, paymentsCreated, chargesCreated, settlementsBooked } = facts.coverage;
  const ends = [rentalsEnded, paymentsCreated, chargesCreated, settlementsBooked].map((window) => window?.to ?? 0);
  return {
    layers: facts.layers,
    rentalsUnread: facts.rentalsUnread ?? null,
    rentalsTellAccounts: facts.layers.rentals && facts.layers.rentalsTellAccounts !== false,
    asOf: Math.max(...ends),
    rentalsExpected:
      rentalsEnded === null
        ? null
        : { from: rentalsEnded.from - CHARGED_BEFORE_MAX_MS, to: rentalsEnded.to + CHARGED_AFTER_MAX_MS },
  };
}

/** Whether the rentals file should hold the rental of a charge made then. */
export function rentalExpected(setting: Setting, instant: Instant): boolean {
  const window = setting.rentalsExpected;
  return window !== null && window.from <= instant && instant <= window.to;
}

/**
 * The one definition of a double charge: weighs what was taken for a rental and purpose against what was owed.
 * No pattern of the pair enters it, only sums; patterns grade what no sum can prove.
 */
export function detect(obligation: Obligation, setting: Setting): Weighed {
  const price =
    obligation.purpose === 'rental'
      ? priceOf({ rental: obligation.rental, books: obligation.books, layers: setting.layers })
      : null;
  if (obligation.purpose !== 'rental') return detectOccurrences(obligation, setting);
  if (price?.source === 'equal_records') return detectEqual(obligation, setting, price);
  if (price !== null) return detectByPrice(obligation, setting, price);
  if (setting.layers.rentals) return detectUnknownRental(obligation, setting);
  return detectUnpriced(obligation, setting);
}

/** What the obligation took on balance, in minor units; negative where more was given back. */
export function takenOf(obligation: Obligation): bigint {
  return obligation.legs.reduce((sum, leg) => sum + remainingOf(leg), -obligation.loose.givenBack);
}

function weigh(
  obligation: Obligation,
  setting: Setting,
  owed: bigint | null,
): Omit<Weighed, 'price' | 'suspects' | 'excess'> {
  const renter =
    obligation.rental?.accountId ?? obligation.books.find((record) => record.status === 'succeeded')?.accountId ?? null;
  const gross = obligation.legs.reduce((sum, leg) => sum + leg.payment.amount.amountMinor, 0n);
  return { obligation, gross, taken: takenOf(obligation), owed, yardstick: { owed, renter, asOf: setting.asOf } };
}

function shareOut(base: Omit<Weighed, 'price' | 'suspects' | 'excess'>, excess: bigint, legs: readonly Leg[]) {
  const { obligation, yardstick } = base;
  return allocate({
    legs,
    holding: obligation.legs,
    looseOnTheWay: obligation.loose.onTheWay,
    excess,
    asOf: yardstick.asOf,
  });
}

function detectByPrice(obligation: Obligation, setting: Setting, price: Price): Weighed {
  const base = weigh(obligation, setting, price.owed.amountMinor);
  const excess = base.taken - price.owed.amountMinor;
  if (excess <= 0n) return { ...base, price, excess: 0n, suspects: [] };
  const net = netLegs(obligation.legs);
  const shares = shareOut(base, excess, preferred(net, base.yardstick));
  const keptBeside = keeper(shares, net);
  const suspects = shares.map((share) => ({
    class: net.length > 1 ? ('double_charge' as const) : ('overcharge' as const),
    grade: 'proven' as const,
    basis: 'price' as const,
    share,
    kept: keptBeside(share),
  }));
  return { ...base, price, excess, suspects };
}

/**
 * Several records of one amount in our books, no rentals file: one drive billed again, or its price split in equal
 * parts.
 */
function detectEqual(obligation: Obligation, setting: Setting, price: Price): Weighed {
  const weighed = detectByPrice(obligation, setting, price);
  const net = netLegs(obligation.legs);
  const isEqual = net.length > 1 && net.every((leg) => leg.payment.amount.amountMinor === price.owed.amountMinor);
  const payers = differInPayer(net) ? 'several' : 'one';
  return {
    ...weighed,
    suspects: weighed.suspects.map((suspect) => ({
      ...suspect,
      basis: 'equal_charges',
      grade: isEqual ? gradeOfEqual(suspect, payers) : 'possible',
    })),
  };
}

function detectUnknownRental(obligation: Obligation, setting: Setting): Weighed {
  const base = weigh(obligation, setting, 0n);
  const excess = base.taken;
  if (excess <= 0n) return { ...base, price: null, excess: 0n, suspects: [] };
  const isUnread = setting.rentalsUnread?.rentalIds.has(obligation.rentalId) === true;
  const suspects = shareOut(base, excess, preferred(netLegs(obligation.legs), base.yardstick)).map((share) => ({
    class: 'charge_without_rental' as const,
    grade:
      !isUnread && rentalExpected(setting, share.leg.payment.createdAt) ? ('probable' as const) : ('possible' as const),
    basis: isUnread ? ('rental_unread' as const) : ('rental_unknown' as const),
    share,
    kept: null,
  }));
  return { ...base, price: null, excess, suspects };
}

/** Nothing tells the price: it is taken to be the largest charge, which is the least that can be due. */
function detectUnpriced(obligation: Obligation, setting: Setting): Weighed {
  const net = netLegs(obligation.legs);
  const amounts = net.map((leg) => leg.payment.amount.amountMinor);
  const owed = amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
  const base = weigh(obligation, setting, owed);
  const excess = base.taken - owed;
  if (net.length < 2 || excess <= 0n) return { ...base, owed: null, price: null, excess: 0n, suspects: [] };
  const repeated = repeatedAttempts(obligation.legs, base.yardstick);
  const others = preferred(net, base.yardstick).filter((leg) => !repeated.has(leg));
  const isEqual = amounts.every((amount) => amount === owed);
  const largest = others.findLast((leg) => leg.payment.amount.amountMinor === owed);
  const giving = isEqual ? others : others.filter((leg) => leg !== largest);
  const shares = shareOut(base, excess, [...repeated.keys(), ...giving]);
  const keptBeside = keeper(shares, net);
  const payers = differInPayer(net) ? 'several' : 'one';
  const suspects = shares.map((share): Suspect => {
    const repeat = repeated.get(share.leg);
    if (repeat !== undefined) return { class: 'double_charge', grade: 'proven', share, ...repeat };
    const suspect = { class: 'double_charge', share, kept: keptBeside(share) } as const;
    return isEqual
      ? { ...suspect, basis: 'equal_charges', grade: gradeOfEqual(suspect, payers) }
      : { ...suspect, basis: 'unclear', grade: 'possible' };
  });
  return { ...base, price: null, excess, suspects };
}

/** A bill that is split over two cards is paid in one sitting; an hour leaves room for a card that was fetched. */
const SPLIT_TENDER_GAP_MAX_MS = HOUR_MS;

/**
 * Equal charges of one rental are one price taken twice, unless they may be the two halves of a shared price:
 * the legs name two payers, or lie so close that they may have been paid in one sitting. No price tells them apart.
 */
function gradeOfEqual(suspect: { readonly share: Share; readonly kept: Leg | null }, payers: 'one' | 'several'): Grade {
  const { leg } = suspect.share;
  if (suspect.kept === null) return 'probable';
  const key = keyOf(leg.payment);
  if (key !== null && key === keyOf(suspect.kept.payment)) return 'proven';
  const gapMs = Math.abs(leg.payment.createdAt - suspect.kept.payment.createdAt);
  return payers === 'several' || gapMs <= SPLIT_TENDER_GAP_MAX_MS ? 'probable' : 'proven';
}

/** Fees and the like have no price: every charge is an occurrence of its own unless something ties two together. */
function detectOccurrences(obligation: Obligation, setting: Setting): Weighed {
  const net = netLegs(obligation.legs);
  const booked = obligation.books.filter((record) => record.status === 'succeeded');
  const [only, second] = booked;
  if (setting.layers.charges && net.length > 1 && only !== undefined && second === undefined) {
    if (only.amount.currency === net[0]?.payment.amount.currency) {
      const weighed = detectByPrice(obligation, setting, { owed: only.amount, source: 'books' });
      return { ...weighed, suspects: weighed.suspects.map((suspect) => ({ ...suspect, basis: 'booked_once' })) };
    }
  }
  const base = weigh(obligation, setting, null);
  const ties = tiesOf(obligation.legs, base.yardstick);
  const repeated = new Set([...ties.values()].map((tie) => tie.kept));
  // An occurrence that was taken more than once is owed once in full, whichever charge a goodwill refund went to.
  const owedFor = (leg: Leg): bigint => (repeated.has(leg) ? leg.payment.amount.amountMinor : remainingOf(leg));
  const excess = base.taken - net.reduce((sum, leg) => (ties.has(leg) ? sum : sum + owedFor(leg)), 0n);
  if (ties.size === 0 || excess <= 0n) return { ...base, price: null, excess: 0n, suspects: [] };
  const suspects = shareOut(base, excess, [...ties.keys()]).flatMap((share): Suspect[] => {
    const tie = ties.get(share.leg);
    return tie === undefined ? [] : [{ class: 'double_charge', share, ...tie }];
  });
  return { ...base, price: null, excess, suspects };
}

type Tie = Pick<Suspect, 'grade' | 'basis' | 'kept'>;

/** The charges that repeat another: the same attempt (proven) first, then those that look alike (possible). */
function tiesOf(legs: readonly Leg[], yardstick: Yardstick): ReadonlyMap<Leg, Tie> {
  const repeated = repeatedAttempts(legs, yardstick);
  const ties = new Map<Leg, Tie>();
  for (const [leg, tie] of repeated) ties.set(leg, { grade: 'proven', ...tie });
  const singles = netLegs(legs).filter((leg) => !repeated.has(leg));
  const alike = [...groupBy(singles, (leg) => String(leg.payment.amount.amountMinor)).values()];
  for (const [leg, kept] of surplusOf(alike, yardstick)) {
    ties.set(leg, { grade: 'possible', basis: 'alike', kept });
  }
  return ties;
}

/**
 * Charges of one attempt: same idempotency key, or same charge of our books, and same amount. One of each that still
 * holds money stays. `legs` are all of the obligation or account, also those given back: they show what is a key.
 */
export function repeatedAttempts(
  legs: readonly Leg[],
  yardstick: Yardstick,
): ReadonlyMap<Leg, { readonly basis: Basis; readonly kept: Leg }> {
  if (!shareSome(legs, keyOf) && !shareSome(legs, chargeIdOf)) return NOTHING_REPEATED;
  const byKey = surplusOf(attemptsBy(legs, keyOf), yardstick);
  const rest = legs.filter((leg) => !byKey.has(leg));
  const byCharge = surplusOf(attemptsBy(rest, chargeIdOf), yardstick);
  const repeated = new Map<Leg, { readonly basis: Basis; readonly kept: Leg }>();
  for (const [leg, kept] of byKey) repeated.set(leg, { basis: 'same_key', kept });
  for (const [leg, kept] of byCharge) repeated.set(leg, { basis: 'same_charge', kept });
  return repeated;
}

type Repeated = ReturnType<typeof repeatedAttempts>;

const NOTHING_REPEATED: Repeated = new Map();

function chargeIdOf(payment: Payment): string | null {
  return payment.chargeId;
}

/** Whether any two of the charges carry one text: mostly they do not, and nothing is to be grouped. */
function shareSome(legs: readonly Leg[], textOf: (payment: Payment) => string | null): boolean {
  const seen: string[] = [];
  if (legs.length > FEW_LEGS) return true;
  return legs.some(({ payment }) => {
    const text = textOf(payment);
    if (text === null) return false;
    if (seen.includes(text)) return true;
    seen.push(text);
    return false;
  });
}

/** Up to so many are compared each with each. */
const FEW_LEGS = 8;

/**
 * Groups of two or more. A key that stands on different amounts or accounts names no attempt, whatever its column is
 * called.
 */
function attemptsBy(legs: readonly Leg[], textOf: (payment: Payment) => string | null): readonly (readonly Leg[])[] {
  return [...groupBy(legs, (leg) => textOf(leg.payment)).values()]
    .filter((group) => group.length > 1 && new Set(group.map(attemptOf)).size === 1)
    .map(netLegs);
}

function attemptOf({ payment }: Leg): string {
  return [payment.accountId ?? '', payment.amount.currency, payment.amount.amountMinor, payment.purpose].join('\u0000');
}

/** Of each group all but the charge that is rather kept, with the one that is. */
function surplusOf(groups: readonly (readonly Leg[])[], yardstick: Yardstick): ReadonlyMap<Leg, Leg> {
  const surplus = new Map<Leg, Leg>();
  for (const group of groups) {
    const order = preferred(group, yardstick);
    const kept = order.at(-1);
    for (const leg of order.slice(0, -1)) if (kept !== undefined) surplus.set(leg, kept);
  }
  return surplus;
}

/** Finds the charge that stays beside one given back: the earliest of the same amount, else the earliest. */
function keeper(shares: readonly Share[], net: readonly Leg[]): (share: Share) => Leg | null {
  const given = new Set(shares.map(({ leg }) => leg));
  const staying = net.filter((leg) => !given.has(leg));
  if (staying.length <= FEW_LEGS) {
    return ({ leg: { payment } }) =>
      staying.find((leg) => leg.payment.amount.amountMinor === payment.amount.amountMinor) ?? staying[0] ?? null;
  }
  const byAmount = groupBy(staying, (leg) => String(leg.payment.amount.amountMinor));
  return ({ leg }) => byAmount.get(String(leg.payment.amount.amountMinor))?.[0] ?? staying[0] ?? null;
}
