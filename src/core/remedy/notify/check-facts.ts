import type { Day } from '../../kernel/day.ts';
import { add, type Money, money } from '../../kernel/money.ts';
import { parseDay } from '../../kernel/rfc3339.ts';
import type { LetterFacts, MinutesGift, WrongedRental } from './facts.ts';

/** Why no letter can be written from these facts: each is a defect of whoever gathered them, and nothing is sent. */
export type LetterRefusal =
  | { readonly kind: 'no_rentals' }
  | { readonly kind: 'currencies_differ'; readonly currencies: readonly string[] }
  | { readonly kind: 'ride_missing'; readonly reference: string }
  | { readonly kind: 'nothing_wrong'; readonly rental: string }
  | { readonly kind: 'excess_beyond_debit'; readonly reference: string; readonly excess: Money }
  /** Giving that back would leave less than was owed. */
  | { readonly kind: 'excess_beyond_owed'; readonly rental: string; readonly excess: Money; readonly most: Money }
  | { readonly kind: 'refund_differs'; readonly refund: Money; readonly excess: Money }
  | { readonly kind: 'amount_not_positive'; readonly what: string }
  | { readonly kind: 'day_malformed'; readonly what: string; readonly day: string }
  | { readonly kind: 'time_malformed'; readonly what: string; readonly time: string }
  | { readonly kind: 'minutes_out_of_bounds'; readonly minutes: number }
  | { readonly kind: 'minutes_lapsed'; readonly lastDay: Day }
  | { readonly kind: 'days_out_of_order'; readonly earlier: Day; readonly later: Day }
  | { readonly kind: 'nothing_corrected' }
  | { readonly kind: 'iban_end_malformed' };

/** As many as one lot may hold. */
const MINUTES_MAX = 1_000_000;

/** The first contradiction in the order of the questions below, or null. Cheap questions come first. */
export function contradictionIn(facts: LetterFacts): LetterRefusal | null {
  return daysOf(facts).find(isMalformed)?.refusal ?? contradictionInKind(facts);
}

function contradictionInKind(facts: LetterFacts): LetterRefusal | null {
  switch (facts.kind) {
    case 'refund_sent':
      return inRentals(facts.rentals) ?? inRefund(facts) ?? inOrder(facts) ?? inMinutes(facts.minutes, facts.writtenOn);
    case 'refund_corrected':
      return inRentals(facts.rentals) ?? inRefund(facts) ?? inCorrection(facts);
    case 'refund_failed_choose':
      return inRentals(facts.rentals) ?? inFailure(facts);
    case 'acquirer_repays':
      return inRentals(facts.rentals) ?? equalSums(facts.repayment.amount, excessOf(facts.rentals));
    case 'minutes_reminder':
      return inMinutes(facts.minutes, facts.writtenOn);
    case 'bank_details_changed':
      return inChange(facts);
  }
}

/** What was too much, over all rentals. They are of one currency, and there is at least one. */
export function excessOf(rentals: readonly WrongedRental[]): Money {
  return sum(rentals.flatMap(({ debits }) => debits.map(({ excess }) => excess)));
}

/** At least one amount, all of one currency. */
export function sum(amounts: readonly Money[]): Money {
  return amounts.reduce(add);
}

/** Every rental has its ride unless none explains the charge, something wrong, and never more of it than is true. */
function inRentals(rentals: readonly WrongedRental[]): LetterRefusal | null {
  if (rentals.length === 0) return { kind: 'no_rentals' };
  const amounts = rentals.flatMap(({ price, debits }) => [price, ...debits.flatMap((of) => [of.amount, of.excess])]);
  return oneCurrency(amounts) ?? first(rentals, inRental);
}

function oneCurrency(amounts: readonly Money[]): LetterRefusal | null {
  const currencies = [...new Set(amounts.map(({ currency }) => currency))];
  return currencies.length > 1 ? { kind: 'currencies_differ', currencies } : null;
}

function inRental({ wrong, ride, price, debits }: WrongedRental): LetterRefusal | null {
  const rental = ride?.rentalId ?? debits[0]?.reference ?? '';
  if ((ride === null) !== (wrong === 'charge_without_rental')) return { kind: 'ride_missing', reference: rental };
  if (!debits.some(({ excess }) => excess.amountMinor > 0n)) return { kind: 'nothing_wrong', rental };
  for (const { amount, excess, reference } of debits) {
    if (amount.amountMinor <= 0n) return { kind: 'amount_not_positive', what: reference };
    if (excess.amountMinor < 0n || excess.amountMinor > amount.amountMinor) {
      return { kind: 'excess_beyond_debit', reference, excess };
    }
  }
  const taken = sum(debits.map(({ amount }) => amount));
  const excess = sum(debits.map((debit) => debit.excess));
  const most = money(taken.amountMinor - price.amountMinor, price.currency);
  return excess.amountMinor > most.amountMinor ? { kind: 'excess_beyond_owed', rental, excess, most } : null;
}

type WithRefunds = Extract<LetterFacts, { readonly refunds: unknown }>;

function inRefund({ rentals, refunds, interest }: WithRefunds): LetterRefusal | null {
  const parts = [...refunds.map(({ amount }) => amount), ...(interest === null ? [] : [interest])];
  if (refunds.length === 0) return { kind: 'amount_not_positive', what: 'refund' };
  if (parts.some(({ amountMinor }) => amountMinor <= 0n)) return { kind: 'amount_not_positive', what: 'refund' };
  const excess = excessOf(rentals);
  const mixed = oneCurrency([...parts, excess]);
  if (mixed !== null) return mixed;
  return equalSums(sum(refunds.map(({ amount }) => amount)), interest === null ? excess : add(excess, interest));
}

function inFailure({ rentals, failed, interest }: Extract<LetterFacts, { readonly kind: 'refund_failed_choose' }>) {
  const excess = excessOf(rentals);
  if (interest === null) return equalSums(failed.amount, excess);
  if (interest.amountMinor <= 0n) return { kind: 'amount_not_positive', what: 'interest' } as const;
  return oneCurrency([interest, excess]) ?? equalSums(failed.amount, add(excess, interest));
}

function equalSums(refund: Money, excess: Money): LetterRefusal | null {
  const isEqual = refund.currency === excess.currency && refund.amountMinor === excess.amountMinor;
  return isEqual ? null : { kind: 'refund_differs', refund, excess };
}

/** A refund that the provider accepts on a later day than the letter's was not accepted when the letter was written. */
function inOrder({ refunds, writtenOn }: WithRefunds): LetterRefusal | null {
  return first(refunds, ({ acceptedOn, expectedBy }) =>
    acceptedOn > writtenOn
      ? { kind: 'days_out_of_order', earlier: acceptedOn, later: writtenOn }
      : expectedBy < acceptedOn
        ? { kind: 'days_out_of_order', earlier: acceptedOn, later: expectedBy }
        : null,
  );
}

function inCorrection(facts: Extract<LetterFacts, { readonly kind: 'refund_corrected' }>): LetterRefusal | null {
  const { earlier, refunds, writtenOn } = facts;
  const refund = sum(refunds.map(({ amount }) => amount));
  const mixed = oneCurrency([refund, earlier.amount]);
  if (mixed !== null) return mixed;
  if (earlier.writtenOn > writtenOn) {
    return { kind: 'days_out_of_order', earlier: earlier.writtenOn, later: writtenOn };
  }
  const isSame = earlier.amount.amountMinor === refund.amountMinor && earlier.expectedBy === lastExpected(facts);
  return isSame ? { kind: 'nothing_corrected' } : inOrder(facts);
}

/** The day on which all of it has arrived. */
export function lastExpected({ refunds }: WithRefunds): Day {
  return refunds.reduce((latest, { expectedBy }) => (expectedBy > latest ? expectedBy : latest), '');
}

function inMinutes(gift: MinutesGift | null, writtenOn: Day): LetterRefusal | null {
  if (gift === null) return null;
  const { minutes, lastDay } = gift;
  if (!Number.isSafeInteger(minutes) || minutes < 1 || minutes > MINUTES_MAX) {
    return { kind: 'minutes_out_of_bounds', minutes };
  }
  return lastDay < writtenOn ? { kind: 'minutes_lapsed', lastDay } : null;
}

function inChange({ change }: Extract<LetterFacts, { readonly kind: 'bank_details_changed' }>): LetterRefusal | null {
  if (change.amount.amountMinor <= 0n) return { kind: 'amount_not_positive', what: 'refund' };
  if (!/^[A-Z0-9]{4}$/.test(change.ibanEnd)) return { kind: 'iban_end_malformed' };
  if (change.paidFrom < change.changed.day) {
    return { kind: 'days_out_of_order', earlier: change.changed.day, later: change.paidFrom };
  }
  return null;
}

interface Named {
  readonly refusal: LetterRefusal;
  readonly isRead: boolean;
}

const isMalformed = ({ isRead }: Named): boolean => !isRead;

function day(what: string, text: Day): Named {
  return { refusal: { kind: 'day_malformed', what, day: text }, isRead: parseDay(text) !== null };
}

function time(what: string, text: string): Named {
  return {
    refusal: { kind: 'time_malformed', what, time: text },
    isRead: /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text),
  };
}

/** Every day and time that the letter may say. Days compare as texts only once all of them are days. */
function daysOf(facts: LetterFacts): readonly Named[] {
  const rentals = 'rentals' in facts ? facts.rentals : [];
  const refunds = 'refunds' in facts ? facts.refunds : [];
  const minutes = 'minutes' in facts ? facts.minutes : null;
  return [
    day('written_on', facts.writtenOn),
    ...rentals.flatMap(({ ride, debits }) => [
      ...(ride === null
        ? []
        : [ride.started, ride.ended].flatMap((at) => [day('ride', at.day), time('ride', at.time)])),
      ...debits.map((debit) => day('debit', debit.day)),
    ]),
    ...refunds.flatMap(({ acceptedOn, expectedBy }) => [
      day('accepted_on', acceptedOn),
      day('expected_by', expectedBy),
    ]),
    ...(minutes === null ? [] : [day('last_day', minutes.lastDay)]),
    ...(facts.kind === 'refund_corrected'
      ? [day('earlier', facts.earlier.writtenOn), day('earlier', facts.earlier.expectedBy)]
      : []),
    ...(facts.kind === 'refund_failed_choose' ? [day('failed_on', facts.failed.failedOn)] : []),
    ...(facts.kind === 'acquirer_repays' && facts.repayment.expectedBy !== null
      ? [day('expected_by', facts.repayment.expectedBy)]
      : []),
    ...(facts.kind === 'bank_details_changed'
      ? [
          day('changed', facts.change.changed.day),
          time('changed', facts.change.changed.time),
          day('paid_from', facts.change.paidFrom),
        ]
      : []),
  ];
}

function first<T>(items: readonly T[], question: (item: T) => LetterRefusal | null): LetterRefusal | null {
  for (const item of items) {
    const refusal = question(item);
    if (refusal !== null) return refusal;
  }
  return null;
}
