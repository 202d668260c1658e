import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Attributes, Purpose } from './fact.ts';

export const CHARGE_STATUSES = ['succeeded', 'failed', 'canceled', 'pending', 'unknown'] as const;
export type ChargeStatus = (typeof CHARGE_STATUSES)[number];

/** What our own books say about one attempt to take money. */
export interface Charge {
  readonly chargeId: string;
  readonly accountId: string;
  readonly rentalId: string | null;
  readonly purpose: Purpose;
  readonly status: ChargeStatus;
  readonly amount: Money;
  readonly createdAt: Instant;
  readonly provider: string | null;
  readonly paymentId: string | null;
  readonly idempotencyKey: string | null;
  readonly attributes: Attributes;
}
