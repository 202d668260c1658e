import type { Day } from '../../core/kernel/day.ts';
import type { Money } from '../../core/kernel/money.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { ToldAccount } from '../../core/remedy/notify/gather.ts';
import type { Expectation, ManualMatch, Movement } from '../../core/remedy/reconcile/shape.ts';
import type { RefundKey } from '../../core/remedy/refund.ts';

/** Money over the bank, as rows. Each method is one transaction and may throw `StoreUnavailable`. */
export interface BankDesk {
  /** Refunds over the bank that are due in campaigns that run, and whose customer's account may be used. */
  readDueTransfers(now: Instant, limit: number): Promise<readonly RefundKey[]>;
  /**
   * Orders that were begun and stand in no file: the next file takes them, after a crash as well. One whose customer
   * has named another account since waits until that may be used.
   */
  readUnfiled(now: Instant, limit: number): Promise<readonly UnfiledOrder[]>;
  /** The file with its orders, or nothing. `exists` where one of them, or these very bytes, stand in a file already. */
  writeOrderFile(file: OrderFileRecord): Promise<'created' | 'exists'>;
  /** The bytes of a file, either way; null where it is unknown. */
  readFileBody(fileId: string): Promise<Uint8Array | null>;
  /** Files with statements that were taken since, oldest first: what is known of our account. */
  readStatementFiles(since: Instant): Promise<readonly Uint8Array[]>;
  /** `exists` where the same bytes were taken before; movements that are known stay as they are. */
  takeFile(file: IncomingFile): Promise<'created' | 'exists'>;
  /** What of the customer's came back and waits for a word of his; null where nothing does. */
  readAwaiting(accountId: string): Promise<Awaiting | null>;
  /** End-to-end ids of all orders of the file with this message id. */
  readOrdersOf(messageId: string): Promise<readonly string[]>;
  readOrder(endToEndId: string): Promise<FiledOrder | null>;
  /**
   * Bookings and returns of our orders, to the cent, that the orders have not heard of. A movement of another amount
   * than was ordered is no word about the order: reconciliation shows it.
   */
  readUnheard(): Promise<readonly UnheardMovement[]>;
  /** What must come to pass on our account and at the provider, and what did, for refunds of the incident. */
  readExpectations(incidentId: string): Promise<readonly Expectation[]>;
  readMovements(): Promise<readonly Movement[]>;
  readManualMatches(): Promise<readonly ManualMatch[]>;
}

export interface UnheardMovement {
  readonly endToEndId: string;
  readonly movementId: string;
  readonly kind: 'booked' | 'returned';
  /** ISO 20022 reason of a return. */
  readonly code: string | null;
}

export interface Awaiting {
  readonly incidentId: string;
  readonly amount: Money;
  /** For the letter about it; without refunds. */
  readonly account: ToldAccount;
}

export interface BankAccounts {
  /** A further revision. As role storno_api, which may write where money goes and never reads it. */
  putBankAccount(account: BankAccountEntry): Promise<{ readonly revision: number }>;
  /** A person's decision; `exists` where it stands already. */
  matchByHand(match: ManualMatch & { readonly matchId: string; readonly at: Instant }): Promise<'created' | 'exists'>;
}

export interface BankAccountEntry {
  readonly accountId: string;
  /** Electronic form, checked. */
  readonly iban: string;
  readonly holder: string;
  readonly enteredBy: string;
  readonly enteredAt: Instant;
  readonly usableFrom: Instant;
}

export interface UnfiledOrder {
  readonly key: RefundKey;
  readonly generation: number;
  /** The attempt's key, of which the end-to-end id is made. */
  readonly reference: string;
  readonly amount: Money;
  readonly iban: string;
  readonly holder: string;
}

export interface OrderFileRecord {
  readonly fileId: string;
  readonly kind: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly body: Uint8Array;
  readonly by: string;
  readonly now: Instant;
  readonly executeOn: Day;
  readonly promisedOn: Day;
  readonly orders: readonly (UnfiledOrder & { readonly endToEndId: string })[];
}

export interface IncomingFile {
  readonly fileId: string;
  readonly kind: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly body: Uint8Array;
  readonly by: string;
  readonly now: Instant;
  readonly movements: readonly Movement[];
}

export interface FiledOrder {
  readonly key: RefundKey;
  readonly generation: number;
  readonly amount: Money;
  readonly messageId: string;
}
