import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';

/**
 * What is owed for one wrong charge, and what became of it: the row of the table. It is discharged once, over whatever
 * channel. Amounts beside `owed` are in minor units of its currency, each at least zero, their sum at most `owed`.
 */
export interface Liability {
  readonly accountId: string;
  readonly liabilityId: string;
  readonly incidentId: string;
  readonly findingId: string;
  readonly kind: 'principal' | 'time_value';
  readonly provider: string;
  readonly merchantAccount: string;
  /** The wrong charge. */
  readonly paymentId: string;
  /** The charge that stays; null where none does. */
  readonly keptPaymentId: string | null;
  readonly rentalId: string | null;
  readonly owed: Money;
  /** Under way: neither known to be carried out nor known to have failed for good. */
  readonly reservedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly transferredMinor: bigint;
  readonly creditedMinor: bigint;
  /** Came back over a road that is not ours. */
  readonly elsewhereMinor: bigint;
  /** Can be paid to nobody; stays owed, and is not left to be paid. */
  readonly unpayableMinor: bigint;
  readonly version: number;
  readonly recordedAt: Instant;
}

/** What may still be ordered, in minor units: nothing that is under way, was paid, or cannot be paid. */
export function leftOf(liability: Liability): bigint {
  const { owed, reservedMinor, unpayableMinor } = liability;
  return owed.amountMinor - dischargedOf(liability) - reservedMinor - unpayableMinor;
}

/** What the customer has, over whatever channel, ours or another's. */
export function dischargedOf(liability: Liability): bigint {
  const { refundedMinor, transferredMinor, creditedMinor, elsewhereMinor } = liability;
  return refundedMinor + transferredMinor + creditedMinor + elsewhereMinor;
}
