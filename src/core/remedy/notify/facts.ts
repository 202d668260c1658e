import type { Day } from '../../kernel/day.ts';
import type { Money } from '../../kernel/money.ts';
import type { FindingClass } from '../finding.ts';

/**
 * What a letter is built from: facts alone, taken from the books. Words come later, and decide nothing. Days are those
 * of the calendar where the customer drives.
 */
export type LetterFacts =
  | RefundSent
  | RefundFailed
  | RefundCorrected
  | AcquirerRepays
  | MinutesReminder
  | BankDetailsChanged;

export type LetterKind = LetterFacts['kind'];

interface Addressed {
  /** BCP 47, as the customer chose it. Where no catalogue speaks it the letter is English. */
  readonly locale: string;
  /** The day on which the letter is written. */
  readonly writtenOn: Day;
  readonly operator: Operator;
  /** The name is never split and never inflected. Null where it is not known. */
  readonly customer: { readonly name: string | null };
}

/** Who writes, and where the customer finds him without trusting this letter. */
export interface Operator {
  readonly name: string;
  /** A mail address or telephone number at which a person answers. */
  readonly contact: string;
  /** Where customers sign in. Shown as text, never as a link: letters train nobody to click. */
  readonly accountUrl: string;
}

/** The provider took the refunds: the money is on its way. */
export interface RefundSent extends Addressed {
  readonly kind: 'refund_sent';
  readonly rentals: readonly WrongedRental[];
  /** At least one. Their sum is the excess of all rentals, with interest. */
  readonly refunds: readonly RefundPart[];
  /** Time value that is paid on top of the excess; part of the refunds. Null where the policy pays none. */
  readonly interest: Money | null;
  readonly minutes: MinutesGift | null;
}

/** A refund came back and no road is left that needs nobody's choice. Sums here are those that came back. */
export interface RefundFailed extends Addressed {
  readonly kind: 'refund_failed_choose';
  readonly rentals: readonly WrongedRental[];
  readonly failed: {
    readonly amount: Money;
    readonly failedOn: Day;
    readonly reason: RefundFailure;
  };
  /** What of the amount was interest. Null where none came back. */
  readonly interest: Money | null;
}

/** Why money came back. `not_possible` is every reason that says nothing to a customer. */
export type RefundFailure = 'card_closed' | 'account_closed' | 'window_over' | 'not_possible';

/** An earlier letter named another sum or another day. */
export interface RefundCorrected extends Addressed {
  readonly kind: 'refund_corrected';
  readonly rentals: readonly WrongedRental[];
  readonly refunds: readonly RefundPart[];
  readonly interest: Money | null;
  readonly earlier: { readonly writtenOn: Day; readonly amount: Money; readonly expectedBy: Day };
}

/** Our books and the provider took the money once, bank or acquirer booked it twice: they repay, we tell. */
export interface AcquirerRepays extends Addressed {
  readonly kind: 'acquirer_repays';
  readonly rentals: readonly WrongedRental[];
  /** `expectedBy` is null where the acquirer has named no day. */
  readonly repayment: { readonly amount: Money; readonly expectedBy: Day | null };
}

/** Minutes of a lot that soon lapse. `minutes` are those that remain. */
export interface MinutesReminder extends Addressed {
  readonly kind: 'minutes_reminder';
  readonly minutes: MinutesGift;
}

/** Goes to the address that was known before: who took the account over does not read it. */
export interface BankDetailsChanged extends Addressed {
  readonly kind: 'bank_details_changed';
  readonly change: {
    readonly changed: LocalTime;
    /** IANA zone of `changed`. */
    readonly zone: string;
    /** The last four characters of the new IBAN, and no more of it. */
    readonly ibanEnd: string;
    readonly amount: Money;
    /** The end of the waiting period: nothing is paid before that day. */
    readonly paidFrom: Day;
  };
}

/** What went wrong with a rental. The classes that owe nothing have no letter of this kind. */
export type Wrong = Extract<
  FindingClass,
  'double_charge' | 'duplicate_record' | 'overcharge' | 'charge_without_rental' | 'acquirer_duplicate'
>;

/**
 * A rental beside everything that was debited for it. A drive that was recorded twice is one of these, with the debits
 * of both records.
 */
export interface WrongedRental {
  readonly wrong: Wrong;
  /** Null exactly where money was taken that no rental explains. */
  readonly ride: Ride | null;
  /** What was owed for the drive, once: zero where no rental explains the charge. */
  readonly price: Money;
  /** In the order in which they were made. */
  readonly debits: readonly Debit[];
}

/** The drive itself, in the words of the customer's own clock. */
export interface Ride {
  readonly rentalId: string;
  readonly started: LocalTime;
  readonly ended: LocalTime;
  /** IANA zone of both times. */
  readonly zone: string;
  /** The name of the city, in the customer's language. */
  readonly market: string;
  /** Number plate or name; null where it is not known. */
  readonly vehicle: string | null;
}

export interface LocalTime {
  readonly day: Day;
  /** `HH:MM`, 24 hours. */
  readonly time: string;
}

export interface Debit {
  readonly amount: Money;
  readonly day: Day;
  /** The provider's name of the payment: what support and the customer's account page show too. */
  readonly reference: string;
  /** What of it was too much: zero for the right debit, all of it for the second of two. */
  readonly excess: Money;
}

export type RefundChannel = 'card' | 'direct_debit_reversal' | 'bank_transfer' | 'account_credit';

/** One movement of money to the customer. */
export interface RefundPart {
  readonly amount: Money;
  readonly channel: RefundChannel;
  readonly acceptedOn: Day;
  /** The last day on which it arrives, by the calendar of TARGET days. */
  readonly expectedBy: Day;
  /** By which a bank clerk finds it: ARN or EndToEndId. Null until it is known. */
  readonly bankReference: string | null;
}

export interface MinutesGift {
  /** Above zero. */
  readonly minutes: number;
  /** The name of the city, in the customer's language. */
  readonly market: string;
  /** On which they can be used for the last time. */
  readonly lastDay: Day;
}
