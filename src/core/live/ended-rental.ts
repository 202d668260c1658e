import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { LotUse } from '../ledger/lot.ts';

/** What the operator says when a rental has ended. Checked by `core/live/parse`, believed inside. */
export interface EndedRental {
  /** 1 to 100 of `A-Z a-z 0-9 . _ ~ : -`: it becomes part of the idempotency key. */
  readonly rentalId: string;
  readonly accountId: string;
  readonly vehicleId: string | null;
  readonly market: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Whole metres; null where the plan needs none. */
  readonly distanceMeters: number | null;
  readonly pricing: Pricing;
}

/** Priced by a plan of the market, or by the operator's own rating engine. */
export type Pricing =
  | { readonly kind: 'plan'; readonly planId: string }
  | { readonly kind: 'stated'; readonly amountDue: Money };

/** The price of a rental and how it came about. Amounts include VAT. */
export interface Price {
  readonly amount: Money;
  /** The tax inside `amount`. */
  readonly vat: Money;
  readonly billedMinutes: number;
  readonly lotUses: readonly LotUse[];
  /** Line by line, in words and amounts: what the receipt shows. The amounts sum to `amount`. */
  readonly lines: readonly PriceLine[];
}

export interface PriceLine {
  readonly kind: 'base' | 'minutes' | 'distance' | 'cap' | 'free_minutes' | 'minimum' | 'stated';
  readonly text: string;
  /** Minor units; below zero for what a cap or free minutes take off. */
  readonly amountMinor: bigint;
}

/** A rental as it is kept: what was said, what it costs, under which plan. Never changed. */
export interface RentalRecord {
  readonly rental: EndedRental;
  /** 1, and one more for each correction. */
  readonly revision: number;
  readonly price: Price;
  /** Digest of the plan's snapshot; null where the price was stated. */
  readonly planDigest: string | null;
  readonly recordedAt: Instant;
  /** When it was taken back; null while it holds. */
  readonly voidedAt: Instant | null;
}
