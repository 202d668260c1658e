import type { Charge } from '../fact/charge.ts';
import type { FactKind } from '../fact/fact.ts';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import type { Settlement } from '../fact/settlement.ts';
import type { Money } from '../kernel/money.ts';

export const FINDING_CLASSES = [
  /** One rental and purpose, taken more than once. */
  'double_charge',
  /** One drive recorded twice: same vehicle, overlapping time, both charged. */
  'duplicate_record',
  /** One charge, wrong amount: unit, tariff, duration, tax. */
  'overcharge',
  /** Money taken that no rental explains. */
  'charge_without_rental',
  /** Doubled in our books only; nobody lost money. */
  'phantom',
  /** Doubled by bank or acquirer only; they repay. */
  'acquirer_duplicate',
  /** Never reached the bank although a neighbouring file was replayed. */
  'missing_twin',
] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** Only `proven` may be paid without a person looking; `probable` after review; `possible` is shown, not paid. */
export const GRADES = ['proven', 'probable', 'possible'] as const;
export type Grade = (typeof GRADES)[number];

/**
 * How often one obligation was taken in our books, at the provider and at the bank; null where no such file was given.
 */
export interface LayerCounts {
  readonly books: number | null;
  readonly provider: number;
  readonly bank: number | null;
}

/** One wrong charge: at most one finding names a given payment as the one to give back. */
export interface Finding {
  /**
   * What was wrong, stable over runs: `fnd_` and the payment's id, or `fnd_charge_`, `fnd_rental_`, `fnd_missing_`
   * and that id where no payment is to be given back (kinds of id may have values in common), or `fnd_line_`, the
   * payment's
   * id and the number of its posting (line ids repeat when a file is replayed).
   */
  readonly findingId: string;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly accountId: string | null;
  readonly rentalId: string | null;
  /** The payment to give back; null where nobody is owed money by us. */
  readonly paymentId: string | null;
  readonly keptPaymentId: string | null;
  /** The full amount of the wrong payment, charge or line. */
  readonly amount: Money;
  /** What is owed for it: never more than the amount, and over one obligation never more than its excess. */
  readonly refundDue: Money;
  readonly layers: LayerCounts;
  /** Why, in one plain sentence with the numbers. */
  readonly reason: string;
  readonly evidence: Evidence;
}

/** The facts behind a finding, whole: what the cause is read from and what a person is shown. */
export interface Evidence {
  readonly rental: Rental | null;
  /** The second record of the drive, for `duplicate_record`. */
  readonly otherRental: Rental | null;
  /** The payment that was wrong: to give back, or for a phantom the one that our books hold twice. */
  readonly wrong: Payment | null;
  readonly kept: Payment | null;
  /** All provider movements of the obligation in order of time, attempts that failed included. */
  readonly payments: readonly Payment[];
  readonly books: readonly Charge[];
  readonly bank: readonly Settlement[];
}

/** Why something that looks like a double charge is none. */
export const LOOK_ALIKES = [
  'single',
  'declined_then_paid',
  'hold_and_capture',
  'split_tender',
  'charged_again_after_refund',
  'corrected_under_charge',
  'fee_beside_rental',
  'alike_rentals',
  'two_vehicles_at_once',
  'package',
  'refunded',
  'part_refund',
  'charged_back',
  'explained_by_another_rental',
  /** No attempt succeeded: there is nothing to give back. */
  'nothing_taken',
] as const;
export type LookAlike = (typeof LOOK_ALIKES)[number];

/** An obligation or charge that comes out even, and why: "not a duplicate, because …". */
export interface Innocent {
  readonly lookAlike: LookAlike;
  readonly accountId: string | null;
  readonly rentalId: string | null;
  readonly paymentIds: readonly string[];
  readonly reason: string;
}

/** A fact that cannot be judged (two currencies in one obligation): it goes to `rejected.csv`, never silently away. */
export interface Unfit {
  readonly fact: FactKind;
  readonly id: string;
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

/** What adjudication finds wrong in all facts that it was shown, and what it cannot judge. */
export interface Judged {
  /** Sorted by grade, class, account, rental, payment: the order of `findings.csv`. */
  readonly findings: readonly Finding[];
  readonly unfit: readonly Unfit[];
}

/** The same, with why the rest is innocent. */
export interface Verdicts extends Judged {
  readonly innocents: readonly Innocent[];
}
