import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Attributes, Purpose } from './fact.ts';

export const PAYMENT_KINDS = ['charge', 'refund', 'chargeback', 'chargeback_reversal'] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

export const PAYMENT_STATUSES = ['succeeded', 'failed', 'canceled', 'pending'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** What the provider did: one movement of money, or an attempt at one. */
export interface Payment {
  readonly paymentId: string;
  readonly kind: PaymentKind;
  /** The charge that a refund, chargeback or reversal belongs to. */
  readonly parentPaymentId: string | null;
  readonly accountId: string | null;
  readonly rentalId: string | null;
  readonly chargeId: string | null;
  readonly status: PaymentStatus;
  readonly amount: Money;
  readonly createdAt: Instant;
  readonly purpose: Purpose;
  readonly provider: string | null;
  readonly idempotencyKey: string | null;
  readonly attributes: Attributes;
}
