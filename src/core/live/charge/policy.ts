import type { Instant } from '../../kernel/time.ts';

/** How an operator charges: data, never a default. All lengths in milliseconds, each above zero. */
export interface ChargePolicy {
  /** From the first send until the last possible one: at most half of what the provider keeps keys for, and 12 h. */
  readonly horizonMs: number;
  /**
   * Longest time after which a request that was written to a socket may still be carried out. Together with `horizonMs`
   * at most what the provider keeps keys for (assumption A1: no request outlives its key).
   */
  readonly requestLifeMs: number;
  /** After so long a payment stands in every listing of the provider (assumption A3). */
  readonly lookUpLagMs: number;
  /** Pauses between looks at an open attempt, counted from its first send; the last one repeats. */
  readonly backoffMs: readonly number[];
  /** An unknown outcome older than this goes to a person, after one more look. */
  readonly parkAfterMs: number;
  /** The same for what the provider calls pending: direct debits take days. */
  readonly pendingParkAfterMs: number;
  /** Until an intent whose account has no payment method is looked at again. */
  readonly methodWaitMs: number;
  /** Pauses after the first, second, … decline. After the last the debt is written off. */
  readonly dunningMs: readonly number[];
  /** Codes after which no further attempt is made. */
  readonly hardDeclines: readonly string[];
  /** Attempts of one intent, whatever became of them; at most 100, the bound of the table. */
  readonly attemptsMax: number;
  /** How long an intent may wait beyond its time, while charging runs, before that is a defect to be said aloud. */
  readonly overdueMs: number;
}

/** What a decision depends on besides the case. */
export interface Moment {
  readonly now: Instant;
  readonly policy: ChargePolicy;
}
