import type { Charge } from '../../fact/charge.ts';
import type { Layers } from '../../fact/facts.ts';
import type { Payment } from '../../fact/payment.ts';
import type { Rental } from '../../fact/rental.ts';
import type { Settlement } from '../../fact/settlement.ts';
import { assert } from '../../kernel/assert.ts';
import { type Money, money } from '../../kernel/money.ts';
import type { Evidence, Finding, FindingClass, Grade, LayerCounts } from '../finding.ts';
import type { Obligation } from '../match.ts';
import type { Share } from './allocate.ts';
import type { Leg } from './leg.ts';
import { byTime } from './order.ts';

/** Everything known about one matter: what a finding shows and counts. */
export interface Docket {
  readonly rentalId: string | null;
  readonly rental: Rental | null;
  readonly otherRental: Rental | null;
  readonly legs: readonly Leg[];
  readonly payments: readonly Payment[];
  readonly books: readonly Charge[];
  readonly bank: readonly Settlement[];
  readonly layers: LayerCounts;
}

/** Opens a docket over charges: those of an obligation, of a keyless charge, or of both. */
export function openDocket(input: {
  readonly rentalId: string | null;
  readonly rental: Rental | null;
  readonly otherRental: Rental | null;
  readonly obligation: Obligation | null;
  readonly legs: readonly Leg[];
  readonly bank: ReadonlyMap<string, readonly Settlement[]>;
  readonly given: Layers;
}): Docket {
  const { obligation, legs, bank } = input;
  const payments = [
    ...legs.flatMap((leg) => [leg.payment, ...leg.movements]),
    ...(obligation?.attempts ?? []),
    ...(obligation?.loose.movements ?? []),
  ].toSorted(byTime((payment) => payment.paymentId));
  const books = obligation?.books ?? [];
  const lines = bank.size === 0 ? NO_LINES : payments.flatMap((payment) => bank.get(payment.paymentId) ?? NO_LINES);
  return {
    rentalId: input.rentalId,
    rental: input.rental,
    otherRental: input.otherRental,
    legs,
    payments,
    books,
    bank: lines,
    layers: {
      books: input.given.charges ? books.filter((record) => record.status === 'succeeded').length : null,
      provider: legs.length,
      bank: input.given.settlements ? countBanked(legs, bank) : null,
    },
  };
}

const NO_LINES: readonly Settlement[] = [];

/** How often the bank booked money in for these charges. */
function countBanked(legs: readonly Leg[], bank: ReadonlyMap<string, readonly Settlement[]>): number {
  return legs.flatMap((leg) => bank.get(leg.payment.paymentId) ?? []).filter((line) => line.amount.amountMinor > 0n)
    .length;
}

/** A finding that money is owed for: names the payment to give back. */
export function writeDue(input: {
  readonly docket: Docket;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly share: Share;
  readonly kept: Payment | null;
  readonly reason: string;
}): Finding {
  const { docket, share, kept } = input;
  const { payment } = share.leg;
  assert(share.give >= 0n, `${payment.paymentId} would give back ${share.give}`);
  assert(share.give <= payment.amount.amountMinor, `${payment.paymentId} would give back more than it took`);
  assert(kept !== payment, `${payment.paymentId} is kept and given back`);
  return {
    findingId: `fnd_${payment.paymentId}`,
    class: input.class,
    grade: input.grade,
    // Money goes back to whoever paid it; the renter stands in where the provider names nobody.
    accountId: payment.accountId ?? docket.rental?.accountId ?? docket.books[0]?.accountId ?? null,
    rentalId: docket.rentalId,
    paymentId: payment.paymentId,
    keptPaymentId: kept?.paymentId ?? null,
    amount: payment.amount,
    refundDue: money(share.give, payment.amount.currency),
    layers: docket.layers,
    reason: input.reason,
    evidence: evidenceOf(docket, payment, kept),
  };
}

/** A finding that we owe nothing for: another repays, or nothing was taken, or it cannot be told. */
export function writeUndue(input: {
  readonly docket: Docket;
  readonly findingId: string;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly amount: Money;
  readonly accountId: string | null;
  readonly wrong: Payment | null;
  readonly kept: Payment | null;
  readonly reason: string;
}): Finding {
  const { docket, wrong, kept } = input;
  return {
    findingId: input.findingId,
    class: input.class,
    grade: input.grade,
    accountId: input.accountId,
    rentalId: docket.rentalId,
    paymentId: null,
    keptPaymentId: kept?.paymentId ?? null,
    amount: input.amount,
    refundDue: money(0n, input.amount.currency),
    layers: docket.layers,
    reason: input.reason,
    // Where the one payment is right and its double stands in another layer, there is no pair to measure.
    evidence: evidenceOf(docket, wrong, kept === wrong ? null : kept),
  };
}

function evidenceOf(docket: Docket, wrong: Payment | null, kept: Payment | null): Evidence {
  return {
    rental: docket.rental,
    otherRental: docket.otherRental,
    wrong,
    kept,
    payments: docket.payments,
    books: docket.books,
    bank: docket.bank,
  };
}
