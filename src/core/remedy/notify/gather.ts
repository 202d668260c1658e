import { assert } from '../../kernel/assert.ts';
import type { Day } from '../../kernel/day.ts';
import { type Money, money, parseMoney } from '../../kernel/money.ts';
import { parseRfc3339 } from '../../kernel/rfc3339.ts';
import { addTargetDays } from '../../kernel/target-day.ts';
import type { Instant } from '../../kernel/time.ts';
import { groupBy } from '../adjudicate/order.ts';
import type { EvidencePayment, EvidenceRental, FindingEvidence, IncidentFinding } from '../incident.ts';
import type {
  Debit,
  LetterFacts,
  LocalTime,
  MinutesGift,
  Operator,
  RefundChannel,
  RefundFailure,
  RefundPart,
  Ride,
  Wrong,
  WrongedRental,
} from './facts.ts';

/** One refund of an account with the finding that it answers, as the books have them. */
export interface ToldRefund {
  readonly liabilityId: string;
  readonly liability: 'principal' | 'time_value';
  readonly channel: 'original_payment' | 'credit_transfer' | 'reversal' | 'account_credit';
  readonly amount: Money;
  /** When the provider or the bank took it; null where none did. */
  readonly acceptedAt: Instant | null;
  /** When it failed for good, and the provider's code; null where it did not. */
  readonly failed: { readonly at: Instant; readonly code: string | null } | null;
  /** By which a bank clerk finds it; null until it is known. */
  readonly bankReference: string | null;
  readonly finding: ToldFinding;
}

export type ToldFinding = Pick<IncidentFinding, 'findingId' | 'class' | 'rentalId' | 'paymentId' | 'evidence'>;

/** Everything about one account that a letter may tell. Refunds are those that this letter is about. */
export interface ToldAccount {
  readonly locale: string;
  readonly market: string;
  /** IANA zone of the market: days and times are those on its clocks. */
  readonly zone: string;
  readonly refunds: readonly ToldRefund[];
  readonly minutes: { readonly minutes: number; readonly market: string; readonly lastDay: Day } | null;
}

/** How instants read on the clocks of a zone. */
export type Clocks = (instant: Instant, zone: string) => LocalTime;

interface Writing {
  readonly account: ToldAccount;
  readonly operator: Operator;
  readonly now: Instant;
  readonly clocks: Clocks;
}

/** The refunds were taken by provider or bank. The name of the customer is added when the letter is printed. */
export function refundSentFacts(writing: Writing): LetterFacts {
  const { account } = writing;
  return {
    kind: 'refund_sent',
    ...headOf(writing),
    rentals: wrongedRentals(writing),
    refunds: partsOf(writing),
    interest: interestOf(account),
    minutes: account.minutes === null ? null : { ...account.minutes, market: nameOf(account.minutes.market) },
  };
}

/** The refunds came back, and no road is left that needs nobody's choice. */
export function refundFailedFacts(writing: Writing): LetterFacts {
  const { account, clocks } = writing;
  const [last] = account.refunds.toSorted((a, b) => (b.failed?.at ?? 0) - (a.failed?.at ?? 0));
  assert(last?.failed !== null && last?.failed !== undefined, 'a letter about a failure tells of one');
  const amount = sumOf(account.refunds.map((one) => one.amount));
  assert(amount !== null, 'a letter about a failure tells of a sum');
  return {
    kind: 'refund_failed_choose',
    ...headOf(writing),
    rentals: wrongedRentals(writing),
    failed: { amount, failedOn: clocks(last.failed.at, account.zone).day, reason: failureOf(last.failed.code) },
    interest: interestOf(account),
  };
}

/** Bank or acquirer booked a charge twice that we made once: they repay, and the customer is told by us. */
export function acquirerRepaysFacts(
  writing: Writing & { readonly doubled: readonly { readonly amount: Money; readonly finding: ToldFinding }[] },
): LetterFacts {
  const { doubled } = writing;
  const amount = sumOf(doubled.map((one) => one.amount));
  assert(amount !== null, 'a letter about the acquirer tells of a charge');
  return {
    kind: 'acquirer_repays',
    ...headOf(writing),
    rentals: doubled.map((one) => doubledRental(one, writing)),
    repayment: { amount, expectedBy: null },
  };
}

/** We know of one debit; the bank shows the customer two of it. */
function doubledRental(
  { amount, finding }: { readonly amount: Money; readonly finding: ToldFinding },
  writing: Writing,
): WrongedRental {
  const { account, clocks } = writing;
  const { rental, wrong, kept } = finding.evidence;
  const charge = wrong ?? kept;
  assert(charge !== null, `${finding.findingId} is about a charge`);
  const { day } = clocks(instantOf(charge.created_at), account.zone);
  const debit = { amount, day, reference: bare(charge.payment_id) };
  return {
    wrong: 'acquirer_duplicate',
    ride: rental === null ? null : rideOf(rental, writing),
    price: amount,
    debits: [
      { ...debit, excess: money(0n, amount.currency) },
      { ...debit, excess: amount },
    ],
  };
}

export function reminderFacts(writing: Writing & { readonly gift: MinutesGift }): LetterFacts {
  return {
    kind: 'minutes_reminder',
    ...headOf(writing),
    minutes: { ...writing.gift, market: nameOf(writing.gift.market) },
  };
}

/** Goes to the address that was known before the change. */
export function bankDetailsFacts(
  writing: Writing & {
    readonly change: {
      readonly changedAt: Instant;
      readonly ibanEnd: string;
      readonly amount: Money;
      readonly paidFrom: Instant;
    };
  },
): LetterFacts {
  const { account, clocks, change } = writing;
  const { changedAt, ibanEnd, amount, paidFrom } = change;
  return {
    kind: 'bank_details_changed',
    ...headOf(writing),
    change: {
      changed: clocks(changedAt, account.zone),
      zone: account.zone,
      ibanEnd,
      amount,
      paidFrom: clocks(paidFrom, account.zone).day,
    },
  };
}

function headOf({ account, operator, now, clocks }: Writing) {
  return { locale: account.locale, writtenOn: clocks(now, account.zone).day, operator, customer: { name: null } };
}

function principalsOf(account: ToldAccount): readonly ToldRefund[] {
  return account.refunds.filter(({ liability }) => liability === 'principal');
}

function interestOf(account: ToldAccount): Money | null {
  return sumOf(account.refunds.filter(({ liability }) => liability === 'time_value').map(({ amount }) => amount));
}

/** A rental that was charged three times stands there once, beside all its debits. */
function wrongedRentals(writing: Writing): readonly WrongedRental[] {
  const groups = groupBy(principalsOf(writing.account), ({ finding }) => finding.rentalId ?? finding.findingId);
  return [...groups.values()].map((refunds) => wrongedRental(refunds, writing));
}

function wrongedRental(refunds: readonly ToldRefund[], writing: Writing): WrongedRental {
  const { finding, amount } = refunds[0] as ToldRefund;
  const { evidence } = finding;
  const currency = amount.currency;
  return {
    wrong: finding.class as Wrong,
    ride: evidence.rental === null ? null : rideOf(evidence.rental, writing),
    price: evidence.rental === null ? money(0n, currency) : moneyOf(evidence.rental.amount_due, currency),
    debits: debitsOf(refunds, writing),
  };
}

function rideOf(rental: EvidenceRental, { account, clocks }: Writing): Ride {
  const ended = instantOf(rental.ended_at);
  return {
    rentalId: rental.rental_id,
    started: clocks(rental.started_at === null ? ended : instantOf(rental.started_at), account.zone),
    ended: clocks(ended, account.zone),
    zone: account.zone,
    market: nameOf(rental.market ?? account.market),
    vehicle: rental.vehicle_id,
  };
}

/** Every charge that took money for the rental, oldest first, each with what of it is given back. */
function debitsOf(refunds: readonly ToldRefund[], { account, clocks }: Writing): readonly Debit[] {
  const excess = new Map(refunds.map(({ finding, amount }) => [finding.paymentId, amount]));
  const charges = new Map(
    refunds.flatMap(({ finding }) => chargesOf(finding.evidence)).map((one) => [one.payment_id, one]),
  );
  return [...charges.values()]
    .toSorted((a, b) => instantOf(a.created_at) - instantOf(b.created_at))
    .map((charge) => ({
      amount: moneyOf(charge.amount, charge.currency),
      day: clocks(instantOf(charge.created_at), account.zone).day,
      reference: bare(charge.payment_id),
      excess: excess.get(bare(charge.payment_id)) ?? money(0n, charge.currency),
    }));
}

function chargesOf({ wrong, kept, payments }: FindingEvidence): readonly EvidencePayment[] {
  const all = [wrong, kept, ...payments].filter((one) => one !== null);
  return all.filter(({ kind, status }) => kind === 'charge' && status === 'succeeded');
}

/** The live database names payments with provider and merchant account before the provider's own id. */
function bare(paymentId: string): string {
  return paymentId.slice(paymentId.lastIndexOf(':') + 1);
}

/** One part a channel and day of acceptance: whoever gets three refunds on one card is told one sum. */
function partsOf({ account, clocks }: Writing): readonly RefundPart[] {
  const days = account.refunds.map((refund) => {
    assert(refund.acceptedAt !== null, `refund of ${refund.liabilityId} was accepted`);
    return { refund, acceptedOn: clocks(refund.acceptedAt, account.zone).day };
  });
  const groups = groupBy(days, ({ refund, acceptedOn }) => `${refund.channel} ${acceptedOn}`);
  return [...groups.values()].map((group) => {
    const [{ refund, acceptedOn }] = group as [(typeof days)[number]];
    const amount = sumOf(group.map((one) => one.refund.amount));
    assert(amount !== null, 'a group holds a refund');
    return {
      amount,
      channel: CHANNELS[refund.channel],
      acceptedOn,
      expectedBy: addTargetDays(acceptedOn, ARRIVES_AFTER[refund.channel]),
      bankReference: group.length === 1 ? refund.bankReference : null,
    };
  });
}

const CHANNELS: Readonly<Record<ToldRefund['channel'], RefundChannel>> = {
  original_payment: 'card',
  reversal: 'direct_debit_reversal',
  credit_transfer: 'bank_transfer',
  account_credit: 'account_credit',
};

/**
 * TARGET days until the money has arrived. Cards: 5 to 10 business days (docs.stripe.com/refunds). A credit transfer is
 * executed on the next business day (PSD2 art. 83), and our file goes out on the day before; a reversal likewise.
 */
export const ARRIVES_AFTER: Readonly<Record<ToldRefund['channel'], number>> = {
  original_payment: 10,
  reversal: 3,
  credit_transfer: 2,
  account_credit: 0,
};

/** Codes of Stripe's refunds (docs.stripe.com/refunds#failed-refunds) and of SEPA (EPC reason codes). */
const FAILURES: Readonly<Record<string, RefundFailure>> = {
  lost_or_stolen_card: 'card_closed',
  expired_or_canceled_card: 'card_closed',
  refund_time_limit_exceeded: 'window_over',
  AC04: 'account_closed',
  AC06: 'account_closed',
};

function failureOf(code: string | null): RefundFailure {
  return FAILURES[code ?? ''] ?? 'not_possible';
}

/** Markets are named in small letters: `milano`. A city has one name on its own streets. */
function nameOf(market: string): string {
  return market.replace(/(^|[\s-])\p{Ll}/gu, (letter) => letter.toUpperCase());
}

function sumOf(amounts: readonly Money[]): Money | null {
  const [first] = amounts;
  return first === undefined
    ? null
    : money(
        amounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
        first.currency,
      );
}

function moneyOf(major: string, currency: string): Money {
  const read = parseMoney(major, currency);
  assert(read.ok, `${major} ${currency} was written by us`);
  return read.value;
}

function instantOf(text: string): Instant {
  const instant = parseRfc3339(text);
  assert(instant !== null, `${text} was written by us`);
  return instant;
}
