import type { Day } from '../kernel/day.ts';
import type { Money } from '../kernel/money.ts';

/** camt.052 is the report within the day, camt.053 the statement of the day, camt.054 details of single bookings. */
export type StatementKind = 'camt.052' | 'camt.053' | 'camt.054';

/**
 * What a bank says about one account. All three kinds may tell of the same money: `identifyEntries` says which entries
 * are new. Signs: positive when money came onto the account. Days are those written in the file, in the bank's zone.
 */
export interface BankStatement {
  readonly kind: StatementKind;
  /** `08` of camt.053.001.08. */
  readonly version: string;
  readonly messageId: string;
  readonly statementId: string;
  /** The electronic sequence number, or the legal one where that is absent. */
  readonly sequence: string | null;
  /** The IBAN, or what the bank names the account by; without blanks. */
  readonly account: string;
  /** As the account, its balances or its first entry say; null for an empty notification. */
  readonly currency: string | null;
  /** Both included. */
  readonly from: Day | null;
  readonly to: Day | null;
  /** The bank says that it has sent this before. */
  readonly isCopy: boolean;
  /** Null for a notification, and where the bank leaves it out. */
  readonly opening: Balance | null;
  readonly closing: Balance | null;
  readonly entries: readonly BankEntry[];
}

/** A booked balance. A statement of several pages has interim ones in place of opening and closing. */
export interface Balance {
  readonly amount: Money;
  readonly on: Day;
}

/** Only `booked` is money that moved; `pending` may still vanish, `information` never was. */
export type EntryStatus = 'booked' | 'pending' | 'information';

/** One line of a statement: one movement on the account, which may hold many payments. */
export interface BankEntry {
  /** The bank's number of the line; unique within its statement at best. */
  readonly entryRef: string | null;
  /** The bank's own name of the booking; banks use it again after some time. */
  readonly bankRef: string | null;
  readonly amount: Money;
  /** It takes back another entry; the sign of `amount` is that of this one. */
  readonly isReversal: boolean;
  readonly status: EntryStatus;
  readonly bookedOn: Day | null;
  readonly valueOn: Day | null;
  /** What it was, `PMNT-ICDT-RRTN`, or the bank's own code. */
  readonly code: string | null;
  /** Whatever the bank says about it in words; empty where nothing. */
  readonly text: string;
  /** Null where the bank does not call it a batch. */
  readonly batch: Batch | null;
  /** Fees that the bank took out of this entry: below zero; null where it names none. */
  readonly charges: Money | null;
  /** Empty where the bank gives only the sum. */
  readonly transactions: readonly BankTransaction[];
}

export interface Batch {
  readonly messageId: string | null;
  readonly paymentInformationId: string | null;
  /** How many payments it holds; null where the bank does not say. */
  readonly count: number | null;
}

/** One payment within an entry. */
export interface BankTransaction {
  /** Null where the bank splits the entry without saying how much each part is. */
  readonly amount: Money | null;
  readonly references: TransactionReferences;
  readonly remittance: string;
  readonly counterparty: Counterparty;
  /** Why it came back: `AC04` account closed, `MD06` refund by the debtor, …; null where it did not. */
  readonly returnReason: string | null;
}

/** Names of a payment, by whom they were given. `NOTPROVIDED` and the like are null. */
export interface TransactionReferences {
  readonly messageId: string | null;
  readonly paymentInformationId: string | null;
  readonly instructionId: string | null;
  readonly endToEndId: string | null;
  readonly mandateId: string | null;
  readonly uetr: string | null;
  /** The bank's own. */
  readonly bankRef: string | null;
}

/** Who is at the other end; null where the bank does not say. Personal data: never into books, logs or events. */
export interface Counterparty {
  readonly name: string | null;
  readonly iban: string | null;
}

/**
 * What a bank answers to an order (pain.002). `accepted` is not booked yet: only a statement says that money moved.
 */
export interface StatusReport {
  readonly version: string;
  readonly messageId: string;
  /** The message that it answers to, and its kind as the bank names it. */
  readonly originalMessageId: string;
  readonly originalKind: string;
  readonly statuses: readonly PaymentStatusLine[];
}

export type OrderStatus = 'accepted' | 'rejected' | 'pending';

/** A status of the whole message, of one of its batches, or of one payment; a narrower one wins over a wider one. */
export interface PaymentStatusLine {
  readonly scope: 'message' | 'batch' | 'payment';
  readonly paymentInformationId: string | null;
  readonly instructionId: string | null;
  readonly endToEndId: string | null;
  readonly status: OrderStatus;
  /** As the bank wrote it: `ACSC`, `RJCT`, … */
  readonly code: string;
  /** `AC04`, `AM10`, …; null where the bank gives none. */
  readonly reason: string | null;
  readonly text: string;
}
