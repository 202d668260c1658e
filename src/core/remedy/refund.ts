import type { OutboxEvent } from '../fact/event.ts';
import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Transfer } from '../ledger/transfer.ts';
import type { Liability } from './liability.ts';

/** One refund of a plan: so much of one liability over one channel. */
export interface RefundKey {
  readonly accountId: string;
  readonly planId: string;
  readonly liabilityId: string;
}

/**
 * Where a refund stands.
 *
 * - `due`: nothing of it may be under way at the provider; it may be begun from `runAt` on.
 * - `in_flight`: an attempt was written down and perhaps sent. Left only on evidence about that attempt.
 * - `pending`: the provider has accepted it and not decided it.
 * - `succeeded`: paid. Looked at again until `watchedUntil`: it may still fail.
 * - `failed`: the customer has nothing, and this channel cannot give it to him.
 * - `quarantined`: what the provider shows does not fit what was approved, or nobody can tell: a person must look.
 * - `not_owed`: it came back to him over another road before anything was sent.
 * - `canceled`: the campaign was stopped before it was begun.
 */
export type RefundState =
  | 'due'
  | 'in_flight'
  | 'pending'
  | 'succeeded'
  | 'failed'
  | 'quarantined'
  | 'not_owed'
  | 'canceled';

export type Channel = 'original_payment' | 'credit_transfer' | 'reversal' | 'account_credit';

export interface Refund {
  readonly key: RefundKey;
  readonly channel: Channel;
  readonly amount: Money;
  readonly provider: string;
  readonly merchantAccount: string;
  /** The charge that is given back. */
  readonly paymentId: string;
  readonly state: RefundState;
  /** One sentence for a person; empty where there is nothing to say. */
  readonly reason: string;
  /** When it is to be looked at next; null where it is over, or before a person. */
  readonly runAt: Instant | null;
  /** Grows with every change and every claim. */
  readonly version: number;
  readonly acceptedAt: Instant | null;
  readonly succeededAt: Instant | null;
  readonly watchedUntil: Instant | null;
  readonly recordedAt: Instant;
}

export type RefundAttemptState = 'sent' | 'pending' | 'succeeded' | 'failed_final';

export interface RefundAttempt {
  readonly key: RefundKey;
  /** Counts on over all plans of the liability. Grows only from a proven final failure, or in a later plan. */
  readonly generation: number;
  readonly idempotencyKey: string;
  readonly requestDigest: string;
  readonly state: RefundAttemptState;
  readonly sentAt: Instant;
  /** From here on it is never sent again, only asked for. */
  readonly horizonAt: Instant;
  readonly providerRef: string | null;
  readonly failureCode: string | null;
  /** Look-ups that found nothing although everything that was sent must have shown: when. Oldest first. */
  readonly absentAt: readonly Instant[];
}

export type CampaignState = 'running' | 'paused' | 'halted' | 'stopped' | 'done';

/** What of its campaign decides about a refund. */
export interface RefundCampaign {
  readonly state: CampaignState;
  /** Refunds that may be begun while the canary is out; null once it is over. */
  readonly canary: number | null;
  readonly perTenSeconds: number;
}

/** A refund with all that is known of it: enough to decide the next step. */
export interface RefundCase {
  readonly refund: Refund;
  /** Of this plan, oldest first. */
  readonly attempts: readonly RefundAttempt[];
  readonly liability: Liability;
  readonly campaign: RefundCampaign;
  /** The last generation of the liability in any plan; 0 where there is none. */
  readonly lastGeneration: number;
}

export type RefundEvidenceSource = 'answer' | 'look_up' | 'event' | 'listing' | 'poll' | 'pre_flight' | 'bank_file';

export interface RefundEvidence {
  /** 0 where it is about the charge and not about an attempt. */
  readonly generation: number;
  readonly source: RefundEvidenceSource;
  readonly outcome:
    | 'succeeded'
    | 'pending'
    | 'failed_final'
    | 'unknown'
    | 'absent'
    | 'clear'
    | 'returned_elsewhere'
    | 'disputed';
  readonly providerRef: string | null;
  readonly code: string | null;
  readonly detail: string;
  readonly seenAt: Instant;
}

/** By how much the counters of the liability change, in minor units. */
export interface CounterChange {
  readonly reserved: bigint;
  readonly refunded: bigint;
  readonly transferred: bigint;
  readonly credited: bigint;
  readonly elsewhere: bigint;
}

/** A change of one refund, decided in core, written in one transaction or not at all. */
export interface RefundChange {
  readonly key: RefundKey;
  /** The version on which the decision rests; another one answers `stale`. */
  readonly version: number;
  readonly state: RefundState;
  readonly reason: string;
  readonly runAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly succeededAt: Instant | null;
  readonly watchedUntil: Instant | null;
  /** Whether it begins something: written only while the campaign runs, and counted against its canary. */
  readonly begins: boolean;
  readonly attempt: RefundAttempt | null;
  readonly evidence: RefundEvidence | null;
  readonly counters: CounterChange;
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
  /** Why the whole campaign must not go on; null where it may. */
  readonly halts: string | null;
}
