import type { Observation } from '../../core/fact/observation.ts';
import type { Money } from '../../core/kernel/money.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { PaymentMethod } from '../../core/live/charge.ts';
import type { ChargeReading } from '../../core/remedy/refund/charge-state.ts';

/** What we ask a provider to take. The same request, byte for byte, on every resend. */
export interface ChargeRequest {
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  /** Our reference, stored by the provider and found again by it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What stands on the customer's statement, at most 22 characters. */
  readonly statementText: string;
  /** Not sent any more from this instant on; checked again at the socket write. */
  readonly horizonAt: Instant;
}

export interface RefundRequest {
  readonly idempotencyKey: string;
  /** The provider's id of the charge. */
  readonly chargeRef: string;
  readonly amount: Money;
  readonly merchantAccount: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly horizonAt: Instant;
}

export interface ChargeQuestion {
  readonly merchantAccount: string;
  readonly chargeRef: string;
  /**
   * `listed`: asked for in any case, since a bank's inquiry may not show in the charge: before money is sent.
   * `flagged`: only where the charge says that it is disputed, which saves a request.
   */
  readonly disputes: 'listed' | 'flagged';
}

/** One movement of money as the provider tells it. */
export interface ProviderPayment {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly providerRef: string;
  readonly kind: 'charge' | 'refund' | 'chargeback' | 'chargeback_reversal';
  /** The charge that a refund or a chargeback belongs to. */
  readonly parentRef: string | null;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'canceled';
  readonly amount: Money;
  readonly createdAt: Instant;
  /** Decline or failure code, null where there is none. */
  readonly code: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One line of the provider's own ledger: what it credited or debited us. */
export interface ProviderLedgerLine {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly lineId: string;
  readonly paymentRef: string;
  readonly kind: 'charge' | 'refund' | 'chargeback' | 'chargeback_reversal' | 'payout' | 'other';
  /** Signed, before fees. */
  readonly amount: Money;
  readonly fee: Money;
  readonly bookedAt: Instant;
}

/** Part of a listing, newest first or oldest first as the adapter says; `next` is null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface ListRequest {
  readonly merchantAccount: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly cursor: string | null;
}

/** A signed message of the provider, verified. It is a hint: state is fetched, never taken from it. */
export interface ProviderEvent {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly eventId: string;
  readonly type: string;
  /** The object it speaks of. */
  readonly objectRef: string;
  readonly createdAt: Instant;
}

export type EventRefusal =
  | { readonly kind: 'signature_invalid' }
  | { readonly kind: 'too_old' }
  | { readonly kind: 'too_new' }
  | { readonly kind: 'malformed'; readonly detail: string }
  /** Genuine, and not about a payment: to be acknowledged and forgotten. */
  | { readonly kind: 'of_no_concern'; readonly type: string };

/**
 * A payment provider. No method throws for what the network or the provider does: silence, 5xx and unreadable answers
 * are observations with the outcome `unknown`. Listings and fetches answer null where they could not be had.
 */
export interface Provider {
  readonly name: string;
  charge(request: ChargeRequest): Promise<Observation>;
  refund(request: RefundRequest): Promise<Observation>;
  /**
   * Finds the payment that bears our reference, through listings that are complete after the provider's stated lag,
   * never through its search. `absent` is not proof of failure.
   */
  lookUp(request: {
    readonly reference: string;
    readonly paymentMethod: PaymentMethod;
    readonly sentAt: Instant;
  }): Promise<Observation>;
  /** The present state of one payment. The reversal of a chargeback bears its name and `:won`, and is fetched by it. */
  fetch(request: { readonly merchantAccount: string; readonly providerRef: string }): Promise<ProviderPayment | null>;
  /** A charge with all its refunds and disputes, as they are now. */
  readCharge(request: ChargeQuestion): Promise<ChargeReading>;
  /** Charges, refunds, disputes created in a half-open window. */
  listPayments(request: ListRequest): Promise<Page<ProviderPayment> | null>;
  /** The provider's own ledger. */
  listLedger(request: ListRequest): Promise<Page<ProviderLedgerLine> | null>;
}

/** Verifies what arrives at the webhook address: raw bytes and headers. Two secrets may be live at a time. */
export interface ProviderWebhook {
  verify(request: {
    readonly body: Uint8Array;
    readonly signature: string;
    readonly now: Instant;
  }): { readonly ok: true; readonly value: ProviderEvent } | { readonly ok: false; readonly error: EventRefusal };
}
