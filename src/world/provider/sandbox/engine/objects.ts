/**
 * The objects in the provider's wire format: the part of Stripe's that the sandbox keeps. Amounts are the provider's
 * minor units (stripe/exponent.ts), times are seconds.
 */
export type WireMetadata = Readonly<Record<string, string>>;

export interface WireCardError {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly charge?: string;
}

export interface WirePaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_capturable: number;
  readonly amount_received: number;
  readonly canceled_at: number | null;
  readonly cancellation_reason: string | null;
  readonly capture_method: 'automatic' | 'manual';
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly last_payment_error: WireCardError | null;
  readonly latest_charge: string | null;
  readonly livemode: false;
  readonly metadata: WireMetadata;
  readonly payment_method: string | null;
  readonly payment_method_types: readonly string[];
  readonly statement_descriptor_suffix: string | null;
  readonly status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'requires_capture'
    | 'canceled'
    | 'succeeded';
}

export interface WireCharge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  readonly amount_captured: number;
  readonly amount_refunded: number;
  readonly balance_transaction: string | null;
  readonly captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly disputed: boolean;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: false;
  readonly metadata: WireMetadata;
  readonly outcome: { readonly network_status: string; readonly reason: string | null; readonly type: string };
  readonly paid: boolean;
  readonly payment_intent: string | null;
  readonly payment_method: string | null;
  readonly payment_method_details: {
    readonly type: 'card';
    readonly card: { readonly last4: string; readonly fingerprint: string };
  };
  readonly refunded: boolean;
  readonly statement_descriptor_suffix: string | null;
  readonly status: 'succeeded' | 'pending' | 'failed';
}

export interface WireRefund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly balance_transaction: string | null;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly destination_details: {
    readonly type: 'card';
    readonly card: {
      readonly type: 'refund' | 'reversal' | 'pending';
      readonly reference_status: 'pending' | 'available' | 'unavailable';
      readonly reference?: string;
    };
  };
  readonly failure_balance_transaction?: string;
  readonly failure_reason?: string;
  readonly metadata: WireMetadata;
  readonly payment_intent: string | null;
  readonly pending_reason?: 'processing' | 'insufficient_funds' | 'charge_pending';
  readonly reason: string | null;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
}

export interface WireDispute {
  readonly id: string;
  readonly object: 'dispute';
  readonly amount: number;
  readonly balance_transactions: readonly WireBalanceTransaction[];
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly is_charge_refundable: boolean;
  readonly livemode: false;
  readonly metadata: WireMetadata;
  readonly payment_intent: string | null;
  readonly reason: string;
  readonly status:
    | 'warning_needs_response'
    | 'warning_under_review'
    | 'warning_closed'
    | 'needs_response'
    | 'under_review'
    | 'won'
    | 'lost';
}

export interface WireBalanceTransaction {
  readonly id: string;
  readonly object: 'balance_transaction';
  /** Signed, before fees. */
  readonly amount: number;
  readonly available_on: number;
  readonly created: number;
  readonly currency: string;
  readonly fee: number;
  readonly net: number;
  readonly reporting_category: string;
  readonly source: string;
  readonly status: 'available' | 'pending';
  readonly type: 'charge' | 'refund' | 'refund_failure' | 'adjustment' | 'payout' | 'stripe_fee';
}

export interface WirePayout {
  readonly id: string;
  readonly object: 'payout';
  readonly amount: number;
  readonly arrival_date: number;
  readonly automatic: boolean;
  readonly balance_transaction: string;
  readonly created: number;
  readonly currency: string;
  readonly livemode: false;
  readonly reconciliation_status: 'completed' | 'in_progress' | 'not_applicable';
  readonly status: 'paid' | 'pending' | 'failed';
}

export interface WireEvent {
  readonly id: string;
  readonly object: 'event';
  readonly account?: string;
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: WireObject };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

export interface WireCustomer {
  readonly id: string;
  readonly object: 'customer';
  readonly created: number;
  readonly email: string | null;
  readonly livemode: false;
  readonly metadata: WireMetadata;
}

export interface WirePaymentMethod {
  readonly id: string;
  readonly object: 'payment_method';
  readonly card: { readonly last4: string; readonly fingerprint: string };
  readonly created: number;
  readonly customer: string | null;
  readonly livemode: false;
  readonly metadata: WireMetadata;
  readonly type: 'card';
}

export interface WireWebhookEndpoint {
  readonly id: string;
  readonly object: 'webhook_endpoint';
  readonly created: number;
  readonly enabled_events: readonly string[];
  readonly livemode: false;
  /** Only in the answer to its creation, as at the provider. */
  readonly secret?: string;
  readonly status: 'enabled' | 'disabled';
  readonly url: string;
}

export type WireObject =
  | WirePaymentIntent
  | WireCharge
  | WireRefund
  | WireDispute
  | WireBalanceTransaction
  | WirePayout
  | WireEvent
  | WireCustomer
  | WirePaymentMethod
  | WireWebhookEndpoint;
