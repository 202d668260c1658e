import { assert } from '../kernel/assert.ts';
import type { Instant } from '../kernel/time.ts';

/**
 * What the books count. A currency by its ISO 4217 code (`EUR`, in minor units), or free minutes of one market
 * (`MIN/milano`, in whole minutes). One mechanism moves both.
 */
export type Asset = string;

/**
 * One line of the chart of accounts. `account_…` lines are kept for each customer account, `house_…` lines for the
 * operator; of a house line only the sum counts, it is never a row that every posting must lock.
 */
export type LedgerAccount =
  /** What the customer owes us for what was delivered. */
  | 'account_receivable'
  /** What we owe the customer: taken beyond what was owed, until it is given back. */
  | 'account_payable'
  /** Money that the customer may drive off. */
  | 'account_credit'
  /** Free minutes that the customer may still drive. */
  | 'account_minutes'
  | 'house_revenue'
  | 'house_vat'
  /** Captured by our books, not yet confirmed by the provider's own ledger: returns to zero, one per provider. */
  | 'house_clearing'
  /** What the provider's ledger says it holds for us. */
  | 'house_provider'
  | 'house_provider_fees'
  | 'house_bank'
  /** Taken back by the customer's bank and not won back yet. */
  | 'house_disputed'
  | 'house_written_off'
  /** Taken wrongly outside these books, and owed since it was found. */
  | 'house_wrongly_charged'
  /** Money given beyond what was taken. */
  | 'house_goodwill'
  /** Counterpart of minutes given: what goodwill and packages cost, in minutes. */
  | 'house_minutes_granted'
  | 'house_minutes_used'
  | 'house_minutes_expired';

export type TransferKind =
  | 'rental_ended'
  | 'rental_vat'
  | 'rental_voided'
  | 'rental_vat_voided'
  | 'capture'
  | 'surplus_capture'
  | 'refund'
  | 'refund_failed'
  /** Paid from our bank account to the customer's. */
  | 'transferred'
  | 'transfer_returned'
  | 'chargeback'
  | 'chargeback_reversal'
  | 'settled'
  | 'provider_fee'
  | 'payout'
  | 'written_off'
  /** What was written off is not owed after all: its rental was taken back or corrected. */
  | 'written_off_voided'
  /** Paid for what is not owed any more: from here on we owe it. */
  | 'overpaid'
  /** Found to be owed for a wrong charge that the books did not owe yet. */
  | 'liability_recognized'
  /** Given back as money that the customer may drive off. */
  | 'credited'
  /** Money on top of what was owed. */
  | 'goodwill'
  | 'minutes_granted'
  | 'minutes_used'
  | 'minutes_restored'
  | 'minutes_expired';

/**
 * One entry of the books: `amount` of one asset from one line of the chart to another. Debit and credit stand in one
 * row, so an entry that does not balance cannot be written down. Rows are never changed; a mistake is met by a
 * transfer in the other direction that names the one it corrects.
 */
export interface Transfer {
  readonly accountId: string;
  readonly kind: TransferKind;
  /** What caused it (`rnt_1:rental:1`, a provider's payment id, a lot). Unique with account and kind: booked once. */
  readonly sourceRef: string;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  /** Which provider, market or lot a line belongs to, empty where none: Stripe's clearing line, the lot drawn on. */
  readonly dimension: string;
  readonly asset: Asset;
  /** Above zero, in the asset's smallest unit. */
  readonly amount: bigint;
  /** `kind:sourceRef` of the transfer that this one takes back; null otherwise. */
  readonly corrects: string | null;
  readonly happenedAt: Instant;
}

/** Refuses what no correct caller makes: nothing moved, or moved in a circle. */
export function transfer(parts: Transfer): Transfer {
  assert(parts.amount > 0n, `transfer ${parts.kind}:${parts.sourceRef} moves ${parts.amount}`);
  assert(parts.debit !== parts.credit, `transfer ${parts.kind}:${parts.sourceRef} moves in a circle`);
  return parts;
}

export function minutesOf(market: string): Asset {
  return `MIN/${market}`;
}
