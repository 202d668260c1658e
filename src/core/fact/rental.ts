import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Attributes } from './fact.ts';

/** What was delivered: one drive of one customer, and its price. The unit of truth. */
export interface Rental {
  readonly rentalId: string;
  /** Null only where the source has no customer (MDS trips). */
  readonly accountId: string | null;
  readonly vehicleId: string | null;
  readonly market: string | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant;
  readonly amountDue: Money;
  readonly attributes: Attributes;
}
