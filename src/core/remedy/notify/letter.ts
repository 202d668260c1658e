import type { Day } from '../../kernel/day.ts';
import type { Money } from '../../kernel/money.ts';
import type { LetterKind, LocalTime, RefundChannel, RefundFailure, WrongedRental } from './facts.ts';

/** A letter before it has words: which sentences, in which order, with which values. */
export interface Letter {
  readonly kind: LetterKind;
  readonly locale: string;
  readonly subject: Sentence;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'greeting' | 'lead' | 'paragraph' | 'note' | 'closing'; readonly sentences: readonly Sentence[] }
  | { readonly kind: 'points'; readonly intro: Sentence; readonly points: readonly (readonly Sentence[])[] }
  | RidesBlock;

/** The rentals, each beside everything that was debited for it, and what is given back for all of them. */
export interface RidesBlock {
  readonly kind: 'rides';
  readonly title: Sentence;
  /** At most `RENTALS_SHOWN_MAX`. */
  readonly rentals: readonly WrongedRental[];
  /** Says how many more there are; null where all are shown. */
  readonly more: Sentence | null;
  readonly sums: readonly Sum[];
}

/** A line under the rides. The last one is what the customer receives. */
export interface Sum {
  readonly label: Sentence;
  readonly amount: Money;
}

/** A sentence of a catalogue with what fills it. */
export interface Sentence<Id extends string = LetterSentence> {
  readonly id: Id;
  readonly values: Readonly<Record<string, Value>>;
}

/** What a value is stands here; how it is written is the language's affair. */
export type Value =
  | { readonly kind: 'money'; readonly money: Money }
  /** Sums of several currencies, told one after the other. */
  | { readonly kind: 'sums'; readonly sums: readonly Money[] }
  | { readonly kind: 'day'; readonly day: Day }
  /** From the first to the last day, both included. */
  | { readonly kind: 'days'; readonly from: Day; readonly to: Day }
  | { readonly kind: 'time'; readonly time: LocalTime; readonly zone: string }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'text'; readonly text: string };

/** Every sentence that a letter may hold. Each catalogue has each of them. */
export type LetterSentence =
  | `subject.${'refund_sent_twice' | 'refund_sent_too_much' | 'refund_failed' | 'corrected_sum' | 'corrected_day'}`
  | `subject.${'acquirer_repays' | 'minutes_reminder' | 'bank_details_changed'}`
  | `greeting.${'named' | 'unnamed'}`
  | `lead.${'refund_sent_twice' | 'refund_sent_too_much' | 'refund_failed' | 'corrected_sum' | 'corrected_day'}`
  | `lead.${'acquirer_repays' | 'minutes_reminder' | 'bank_details_changed'}`
  | `rides.${'title' | 'title_debits' | 'more' | 'interest' | 'refund' | 'repayment'}`
  | `why.${'later_day' | 'recorded_twice' | 'without_rental' | 'acquirer'}`
  | `arrival.${RefundChannel | 'parts' | 'reversal' | 'bank_by' | 'bank_open' | 'bank_reference'}`
  | `part.${RefundChannel}`
  | `failed.${RefundFailure}`
  | `choose.${'where' | 'what' | 'kept'}`
  | `corrected.${'more' | 'less'}`
  | `minutes.${'gift' | 'on_top' | 'days_left' | 'by_themselves' | 'lapse'}`
  | `bank.${'changed' | 'was_you' | 'was_not_you'}`
  | 'do_nothing'
  | 'apology'
  | `disagree.${'sent' | 'choose'}`
  | 'copy'
  | 'never_ask'
  | 'closing';

/** The words of the table of rides, which the printer of the letter fills himself. */
export type LetterLabel = `label.${
  | 'span'
  | 'span_days'
  | 'no_rental'
  | 'rental'
  | 'vehicle'
  | 'price'
  | 'debit'
  | 'right'
  | 'wrong'
  | 'partly'}`;
