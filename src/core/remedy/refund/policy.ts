import type { Instant } from '../../kernel/time.ts';

/** How refunds are sent and asked for: data, never a default. Lengths in milliseconds, each above zero. */
export interface RefundPolicy {
  /** From the first send until the last possible one: at most half of what the provider keeps keys for. */
  readonly horizonMs: number;
  /** Longest time after which a request that was written to a socket may still be carried out. */
  readonly requestLifeMs: number;
  /** After so long a refund stands in every listing of the provider (assumption A3). */
  readonly lookUpLagMs: number;
  /** Pauses between looks at an open attempt, counted from its first send; the last one repeats. */
  readonly backoffMs: readonly number[];
  /** Until a charge that could not be read is read again. */
  readonly unreadableMs: number;
  /** An outcome that is unknown for longer goes to a person, and so does a charge that nobody can read. */
  readonly quarantineAfterMs: number;
  /** The same for what the provider calls pending. */
  readonly pendingQuarantineAfterMs: number;
  /** Until a refund is tried again for which our balance at the provider was too low. */
  readonly balanceWaitMs: number;
  /** How long one that succeeded may still fail (docs.stripe.com: 30 days; payments.md trap 32: 45). */
  readonly watchForMs: number;
  /** Pauses between looks at one that succeeded, counted from there; the last one repeats. */
  readonly watchPausesMs: readonly number[];
  /** Attempts of one liability over all plans; at most 100, the bound of the table. */
  readonly generationsMax: number;
}

/** What a decision depends on besides the case. */
export interface RefundMoment {
  readonly now: Instant;
  readonly policy: RefundPolicy;
}
