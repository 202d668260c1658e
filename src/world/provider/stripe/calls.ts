import type { Instant } from '../../../core/kernel/time.ts';
import type { WireReply } from './read.ts';

/**
 * The requests that the adapter makes, without saying how they travel: over the official SDK (sdk.ts), or in the
 * simulator straight into the sandbox's engine. No method throws for what the network or the provider does.
 */
export interface StripeCalls {
  createIntent(request: CreateIntent): Promise<Reply>;
  cancelIntent(request: { readonly merchantAccount: string; readonly id: string }): Promise<Reply>;
  createRefund(request: CreateRefund): Promise<Reply>;
  retrieve(request: {
    readonly merchantAccount: string;
    readonly kind: Retrievable;
    readonly id: string;
  }): Promise<Reply>;
  /** One charge with its latest refunds in it. */
  readCharge(request: { readonly merchantAccount: string; readonly id: string }): Promise<Reply>;
  list(request: ListCall): Promise<Reply>;
  /** All refunds or disputes of a charge, newest first. */
  listOfCharge(request: ListOfCharge): Promise<Reply>;
}

/** Charges a stored card, whose owner is not there, at once. */
export interface CreateIntent {
  readonly merchantAccount: string;
  readonly idempotencyKey: string;
  readonly horizonAt: Instant;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly paymentMethod: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly statementSuffix: string;
}

export interface CreateRefund {
  readonly merchantAccount: string;
  readonly idempotencyKey: string;
  readonly horizonAt: Instant;
  readonly charge: string;
  readonly amount: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Retrievable = 'payment_intent' | 'charge' | 'refund' | 'dispute';
export type Listable = Retrievable | 'balance_transaction';

export interface ListCall {
  readonly merchantAccount: string;
  readonly kind: Listable;
  /** Payment intents of one customer only; null for all. */
  readonly customer: string | null;
  /** Whole seconds; the end is excluded, null is open. */
  readonly createdFrom: number;
  readonly createdBefore: number | null;
  readonly startingAfter: string | null;
  readonly limit: number;
}

export interface ListOfCharge {
  readonly merchantAccount: string;
  readonly kind: 'refund' | 'dispute';
  readonly charge: string;
  readonly startingAfter: string | null;
  readonly limit: number;
}

export type Reply =
  | ({ readonly kind: 'answer' } & WireReply)
  /** It was sent, perhaps in part, and no readable answer came. */
  | { readonly kind: 'silence'; readonly detail: string }
  /** Not one byte left: past the horizon, or no connection. */
  | { readonly kind: 'not_sent'; readonly detail: string };
