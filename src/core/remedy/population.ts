import type { FactKind } from '../fact/fact.ts';
import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';

/** What all facts together look like: the base against which the findings stand out. */
export interface Population {
  /** Succeeded charges of purpose rental at the provider. */
  readonly chargesSucceeded: number;
  /** Those charges by the quarter hour in which they were made. */
  readonly charged: TimeSeries | null;
  /** Rentals by the quarter hour in which they ended; null without a rentals file. */
  readonly ended: TimeSeries | null;
  readonly attributes: readonly AttributeBase[];
  /** Facts too many to count their attributes in full: one row in `part` was counted, and stands for all. */
  readonly sampled: readonly Sampled[];
  /** What the provider moved in all, one entry a currency, by code. */
  readonly taken: readonly Taken[];
}

export interface Sampled {
  readonly fact: FactKind;
  readonly part: number;
}

/** Succeeded movements of one currency and every purpose: the whole from which the report takes its shares. */
export interface Taken {
  readonly charged: Money;
  /** Refunds and chargebacks, less chargeback reversals. */
  readonly givenBack: Money;
}

/** Counts per bucket, the first bucket beginning at `from` (a whole quarter hour of UTC), without gaps. */
export interface TimeSeries {
  readonly from: Instant;
  readonly bucketMs: number;
  readonly counts: readonly number[];
}

/** How one attribute is spread over the base: succeeded charges (payments, charges) or rentals. */
export interface AttributeBase {
  readonly fact: FactKind;
  /** The column's name in the file; also the contract's own `provider`, `market`, `idempotency_key`. */
  readonly name: string;
  readonly rows: number;
  readonly nulls: number;
  /** Estimated number of different values (within 2 %; of a sample rougher). */
  readonly distinct: number;
  /**
   * Count of each value that occurs in a finding, up to `ATTRIBUTE_VALUES_MAX` values, the most frequent first. Exact,
   * but for a fact that was sampled.
   */
  readonly values: ReadonlyMap<string, number>;
}

/** More values than this make an attribute an identifier: it is compared within pairs, not by value. */
export const ATTRIBUTE_VALUES_MAX = 500;
