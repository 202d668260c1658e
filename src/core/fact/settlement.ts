import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Attributes } from './fact.ts';

/** What the bank or acquirer booked for a payment: positive when money came, negative when it went. */
export interface Settlement {
  readonly lineId: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly bookedAt: Instant;
  readonly file: string | null;
  readonly attributes: Attributes;
}
