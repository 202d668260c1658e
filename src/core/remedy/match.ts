import type { Charge } from '../fact/charge.ts';
import type { Purpose } from '../fact/fact.ts';
import type { Facts, Layers } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import type { Settlement } from '../fact/settlement.ts';
import { sayMoney } from '../kernel/money.ts';
import { keyOf, type Leg, least, legOf, sumOf } from './adjudicate/leg.ts';
import { byBooking, byTime, groupBy } from './adjudicate/order.ts';
import { priceOf } from './adjudicate/price.ts';
import type { Unfit } from './finding.ts';

/** What one rental owes for one purpose, and everything that was taken or given back for it. */
export interface Obligation {
  readonly rentalId: string;
  readonly purpose: Purpose;
  /** Null where no rentals file was given, or it does not hold this rental. */
  readonly rental: Rental | null;
  /** Succeeded charges in order of time. */
  readonly legs: readonly Leg[];
  /** Charges that took nothing: declined, canceled, still pending. In order of time. */
  readonly attempts: readonly Payment[];
  /** What came back for the obligation as a whole, naming no charge of ours. */
  readonly loose: Loose;
  /** Our own records of it, of any status, in order of time. */
  readonly books: readonly Charge[];
}

/** Refunds and chargebacks that name a rental but no charge. Amounts are minor units. */
export interface Loose {
  readonly givenBack: bigint;
  /** Pending ones. */
  readonly onTheWay: bigint;
  readonly movements: readonly Payment[];
}

/** All facts, joined: every payment that counts stands in exactly one place. */
export interface Matched {
  /** In order of their first payment. */
  readonly obligations: readonly Obligation[];
  /** Succeeded charges that name no rental, in order of time. */
  readonly keyless: readonly Leg[];
  /** Charges that name no rental and took nothing, in order of time. */
  readonly keylessAttempts: readonly Payment[];
  /** Refunds and chargebacks that name neither a known charge nor a rental, in order of time. */
  readonly strays: readonly Payment[];
  /** Bank lines by payment, in order of booking. */
  readonly bank: ReadonlyMap<string, readonly Settlement[]>;
  readonly unfit: readonly Unfit[];
}

/** Joins payments with rentals, refunds with charges, and records with both. Linear but for sorting by time. */
export function match(facts: Facts): Matched {
  const payments = facts.payments.toSorted(byTime((payment) => payment.paymentId));
  const records = facts.charges.toSorted(byTime((charge) => charge.chargeId));
  const rentals = new Map(facts.rentals.map((rental) => [rental.rentalId, rental]));
  const seek = referenceSeeker(payments, records);
  const parts = sortParts(payments, seek);
  const books = groupBy(records, (record) => {
    const rentalId = record.rentalId ?? seek.rentalOfRecord(record);
    return rentalId === null ? null : obligationKey(rentalId, record.purpose);
  });
  const unfit: Unfit[] = [];
  const obligations = [...parts.obligations.values()].map((draft) =>
    close({ draft, rentals, layers: facts.layers, books, children: parts.children, unfit }),
  );
  const keyless = parts.keyless.map((payment) => {
    const { fit, misfits } = splitByCurrency(parts.children.get(payment.paymentId) ?? [], payment.amount.currency);
    for (const misfit of misfits) {
      unfit.push(misfitOf(misfit, payment.amount.currency, `charge ${payment.paymentId}`));
    }
    return legOf(payment, fit);
  });
  return {
    obligations,
    keyless,
    keylessAttempts: parts.keylessAttempts,
    strays: parts.strays,
    bank: groupBy(facts.settlements.toSorted(byBooking), (line) => line.paymentId),
    unfit: unfit.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** One text for (rental, purpose); the separator cannot stand in an id that came from a text file. */
export function obligationKey(rentalId: string, purpose: Purpose): string {
  return `${rentalId}\u0000${purpose}`;
}

/** Finds the rental of a charge and the charge of a refund. */
interface Seeker {
  /** The rental that a payment's own columns and our books lead to. */
  readonly rentalOf: (payment: Payment) => string | null;
  /** The rental of a record that names only its payment. */
  readonly rentalOfRecord: (record: Charge) => string | null;
  /** The charge at the root of a refund, chargeback or reversal; null if it names none that we know. */
  readonly chargeOf: (movement: Payment) => Payment | null;
}

/** A reversal may name the chargeback, which names the charge: no provider nests deeper, and a loop must end. */
const PARENT_DEPTH_MAX = 4;

function referenceSeeker(payments: readonly Payment[], records: readonly Charge[]): Seeker {
  const paymentsById = new Map(payments.map((payment) => [payment.paymentId, payment]));
  const byCharge = new Map(records.map((record) => [record.chargeId, record.rentalId]));
  const byPayment = soleRental(records, (record) => record.paymentId);
  const byKey = soleRental(records, keyOf);
  const rentalOf = (payment: Payment): string | null =>
    payment.rentalId ??
    byCharge.get(payment.chargeId ?? '') ??
    byPayment.get(payment.paymentId) ??
    byKey.get(keyOf(payment) ?? '') ??
    null;
  return {
    rentalOf,
    rentalOfRecord: (record) => {
      const payment = record.paymentId === null ? undefined : paymentsById.get(record.paymentId);
      return payment === undefined ? null : rentalOf(payment);
    },
    chargeOf: (movement) => {
      let seen: Payment | undefined = movement;
      for (let depth = 0; depth < PARENT_DEPTH_MAX && seen !== undefined; depth++) {
        if (seen.kind === 'charge') return seen;
        seen = seen.parentPaymentId === null ? undefined : paymentsById.get(seen.parentPaymentId);
      }
      return null;
    },
  };
}

/**
 * The rental that all records with the same text in a column agree on. Where they name several (one collective payment,
 * one key for a whole batch) the text points at none: choosing one would prove an overcharge that never was.
 */
function soleRental(
  records: readonly Charge[],
  textOf: (record: Charge) => string | null,
): ReadonlyMap<string, string | null> {
  const rentals = new Map<string, string | null>();
  for (const record of records) {
    const text = textOf(record);
    if (text === null || record.rentalId === null) continue;
    const known = rentals.get(text);
    rentals.set(text, known === undefined || known === record.rentalId ? record.rentalId : null);
  }
  return rentals;
}

interface Draft {
  readonly rentalId: string;
  readonly purpose: Purpose;
  readonly charges: Payment[];
  readonly loose: Payment[];
}

interface Parts {
  readonly obligations: ReadonlyMap<string, Draft>;
  /** Movements by the charge they belong to. */
  readonly children: ReadonlyMap<string, readonly Payment[]>;
  readonly keyless: readonly Payment[];
  readonly keylessAttempts: readonly Payment[];
  readonly strays: readonly Payment[];
}

function sortParts(payments: readonly Payment[], seek: Seeker): Parts {
  const obligations = new Map<string, Draft>();
  const children = new Map<string, Payment[]>();
  const [keyless, keylessAttempts, strays]: [Payment[], Payment[], Payment[]] = [[], [], []];
  const draftOf = (rentalId: string, purpose: Purpose): Draft => {
    const key = obligationKey(rentalId, purpose);
    const known = obligations.get(key);
    if (known !== undefined) return known;
    const draft: Draft = { rentalId, purpose, charges: [], loose: [] };
    obligations.set(key, draft);
    return draft;
  };
  const placeMovement = (movement: Payment): void => {
    const charge = seek.chargeOf(movement);
    const rentalId = seek.rentalOf(charge ?? movement);
    if (charge?.status === 'succeeded') append(children, charge.paymentId, movement);
    else if (rentalId !== null) draftOf(rentalId, (charge ?? movement).purpose).loose.push(movement);
    // What comes back of a charge that took nothing, for no rental, answers no other charge: it names its own.
    else if (charge === null) strays.push(movement);
  };
  const placeCharge = (charge: Payment): void => {
    const rentalId = seek.rentalOf(charge);
    if (rentalId !== null) draftOf(rentalId, charge.purpose).charges.push(charge);
    else if (charge.status === 'succeeded') keyless.push(charge);
    else keylessAttempts.push(charge);
  };
  for (const payment of payments) (payment.kind === 'charge' ? placeCharge : placeMovement)(payment);
  return { obligations, children, keyless, keylessAttempts, strays };
}

function append(groups: Map<string, Payment[]>, key: string, payment: Payment): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [payment]);
  else group.push(payment);
}

function close(input: {
  readonly draft: Draft;
  readonly rentals: ReadonlyMap<string, Rental>;
  readonly layers: Layers;
  readonly books: ReadonlyMap<string, readonly Charge[]>;
  readonly children: ReadonlyMap<string, readonly Payment[]>;
  readonly unfit: Unfit[];
}): Obligation {
  const { rentalId, purpose, charges, loose } = input.draft;
  const rental = input.rentals.get(rentalId) ?? null;
  const books = input.books.get(obligationKey(rentalId, purpose)) ?? [];
  const taken = charges.filter((charge) => charge.status === 'succeeded');
  const price = purpose === 'rental' ? priceOf({ rental, books, layers: input.layers }) : null;
  const currency = price?.owed.currency ?? taken[0]?.amount.currency ?? loose[0]?.amount.currency ?? '';
  const sift = (payments: readonly Payment[]): readonly Payment[] => {
    const { fit, misfits } = splitByCurrency(payments, currency);
    for (const misfit of misfits) input.unfit.push(misfitOf(misfit, currency, `rental ${rentalId}`));
    return fit;
  };
  // A movement is judged also where its charge is unfit: both rows must be told.
  const movements = taken.map((charge) => sift(input.children.get(charge.paymentId) ?? NONE));
  const fit = new Set(sift(taken));
  const legs = taken.flatMap((charge, place) => (fit.has(charge) ? [legOf(charge, movements[place] ?? NONE)] : []));
  return {
    rentalId,
    purpose,
    rental,
    legs,
    attempts: charges.filter((charge) => charge.status !== 'succeeded'),
    loose: looseOf(sift(loose), legs),
    books,
  };
}

const NONE: readonly Payment[] = [];

function splitByCurrency(
  payments: readonly Payment[],
  currency: string,
): { readonly fit: readonly Payment[]; readonly misfits: readonly Payment[] } {
  const isFit = (payment: Payment): boolean => payment.amount.currency === currency || !counts(payment);
  if (payments.length === 0 || payments.every(isFit)) return { fit: payments, misfits: NONE };
  return { fit: payments.filter(isFit), misfits: payments.filter((payment) => !isFit(payment)) };
}

/** Whether a payment enters a sum; the others may be of any currency. */
function counts(payment: Payment): boolean {
  return payment.status === 'succeeded' || (payment.status === 'pending' && payment.kind !== 'charge');
}

function misfitOf(payment: Payment, currency: string, where: string): Unfit {
  return {
    fact: 'payments',
    id: payment.paymentId,
    column: 'currency',
    value: payment.amount.currency,
    reason:
      `${payment.kind} ${payment.paymentId} of ${sayMoney(payment.amount)} meets ${currency} on ${where}: two currencies ` +
      'cannot be weighed against each other. The rest was judged without it; give the amount in one currency.',
  };
}

const NO_LOOSE: Loose = { givenBack: 0n, onTheWay: 0n, movements: NONE };

function looseOf(movements: readonly Payment[], legs: readonly Leg[]): Loose {
  if (movements.length === 0) return NO_LOOSE;
  const chargedBack = sumOf(movements, 'chargeback', 'succeeded');
  const reversible = legs.reduce((sum, leg) => sum + leg.chargedBack, chargedBack);
  const reversed = least(sumOf(movements, 'chargeback_reversal', 'succeeded'), reversible);
  return {
    givenBack: sumOf(movements, 'refund', 'succeeded') + chargedBack - reversed,
    onTheWay: sumOf(movements, 'refund', 'pending') + sumOf(movements, 'chargeback', 'pending'),
    movements,
  };
}
