import type { OutboxEvent } from '../../fact/event.ts';
import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import type { CounterChange, RefundAttempt, RefundCase, RefundChange, RefundEvidence, RefundState } from '../refund.ts';

export const NO_COUNTERS: CounterChange = {
  reserved: 0n,
  refunded: 0n,
  transferred: 0n,
  credited: 0n,
  elsewhere: 0n,
};

export function isOpenRefund(attempt: RefundAttempt): boolean {
  return attempt.state === 'sent' || attempt.state === 'pending';
}

/** One at most. */
export function openRefundAttempt(found: RefundCase): RefundAttempt | null {
  return found.attempts.find(isOpenRefund) ?? null;
}

export function refundAttemptOf(found: RefundCase, generation: number): RefundAttempt | null {
  return found.attempts.find((attempt) => attempt.generation === generation) ?? null;
}

/** Nothing more is done for it by itself, but that one that succeeded is watched. */
export function isFinalRefund(state: RefundState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'not_owed' || state === 'canceled';
}

/** Says nothing yet: what every change begins with. */
export function unchangedRefund(found: RefundCase): RefundChange {
  const { key, version, state, reason, runAt, acceptedAt, succeededAt, watchedUntil } = found.refund;
  return {
    key,
    version,
    state,
    reason,
    runAt,
    acceptedAt,
    succeededAt,
    watchedUntil,
    begins: false,
    attempt: null,
    evidence: null,
    counters: NO_COUNTERS,
    transfers: [],
    events: [],
    halts: null,
  };
}

/** The case as it stands once the change was written: the store counts the version on by one. */
export function afterRefundChange(found: RefundCase, change: RefundChange): RefundCase {
  assert(found.refund.version === change.version, `a change of version ${change.version}, not of this refund`);
  const { state, reason, runAt, acceptedAt, succeededAt, watchedUntil, attempt, counters } = change;
  const { liability } = found;
  return {
    ...found,
    refund: {
      ...found.refund,
      state,
      reason,
      runAt,
      acceptedAt,
      succeededAt,
      watchedUntil,
      version: change.version + 1,
    },
    attempts: attempt === null ? found.attempts : withRefundAttempt(found.attempts, attempt),
    liability: {
      ...liability,
      reservedMinor: liability.reservedMinor + counters.reserved,
      refundedMinor: liability.refundedMinor + counters.refunded,
      transferredMinor: liability.transferredMinor + counters.transferred,
      creditedMinor: liability.creditedMinor + counters.credited,
      elsewhereMinor: liability.elsewhereMinor + counters.elsewhere,
    },
    lastGeneration: Math.max(found.lastGeneration, attempt?.generation ?? 0),
  };
}

export function withRefundAttempt(attempts: readonly RefundAttempt[], attempt: RefundAttempt) {
  const isKnown = attempts.some((one) => one.generation === attempt.generation);
  if (!isKnown) return [...attempts, attempt];
  return attempts.map((one) => (one.generation === attempt.generation ? attempt : one));
}

/** A person must look. What was reserved stays so only while an attempt may still be under way. */
export function quarantine(
  found: RefundCase,
  reason: string,
  seen: { readonly evidence: RefundEvidence | null; readonly now: Instant },
): RefundChange {
  const told = { type: 'refund.quarantined', state: 'quarantined', happenedAt: seen.now } as const;
  return {
    ...unchangedRefund(found),
    state: 'quarantined',
    reason,
    runAt: null,
    evidence: seen.evidence,
    events: [refundEvent(found, told, {})],
  };
}

/** What others are told of a refund: ids and states. */
export function refundEvent(
  { refund }: RefundCase,
  told: { readonly type: OutboxEvent['type']; readonly state: RefundState; readonly happenedAt: Instant },
  more: OutboxEvent['data'],
): OutboxEvent {
  const { accountId, planId, liabilityId } = refund.key;
  return {
    type: told.type,
    accountId,
    data: { plan_id: planId, liability_id: liabilityId, state: told.state, ...more },
    happenedAt: told.happenedAt,
  };
}
