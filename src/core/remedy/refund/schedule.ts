import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import type { RefundAttempt } from '../refund.ts';
import type { RefundMoment, RefundPolicy } from './policy.ts';

/** From when on a look-up that finds nothing says something: before, the last request may still be carried out. */
export function absenceCountsFrom(attempt: RefundAttempt, policy: RefundPolicy): Instant {
  return attempt.horizonAt + policy.requestLifeMs;
}

/** Two look-ups found nothing, far enough apart that no lag of the listing explains both. */
export function isAbsentTwice(attempt: RefundAttempt, policy: RefundPolicy): boolean {
  const [first, last] = [attempt.absentAt[0], attempt.absentAt.at(-1)];
  return first !== undefined && last !== undefined && last - first >= 2 * policy.lookUpLagMs;
}

/** When an open attempt is to be looked at after now, if nothing is heard of it. */
export function nextLookAt(attempt: RefundAttempt, { now, policy }: RefundMoment): Instant {
  const planned = nextPlanned(attempt.sentAt, now, policy.backoffMs);
  if (attempt.state === 'pending') return planned;
  if (now < attempt.horizonAt) return Math.min(planned, attempt.horizonAt);
  if (isAbsentTwice(attempt, policy)) return now + policy.lookUpLagMs;
  const [first] = attempt.absentAt;
  if (first !== undefined) return Math.max(now + 1, first + 2 * policy.lookUpLagMs);
  const countsFrom = absenceCountsFrom(attempt, policy);
  return now < countsFrom ? Math.min(planned, countsFrom) : planned;
}

/** When one that succeeded is looked at again; null once nobody waits for its failure any more. */
export function nextWatchAt(
  { succeededAt, watchedUntil }: { readonly succeededAt: Instant; readonly watchedUntil: Instant },
  { now, policy }: RefundMoment,
): Instant | null {
  if (now >= watchedUntil) return null;
  return Math.min(nextPlanned(succeededAt, now, policy.watchPausesMs), watchedUntil);
}

/** The first point of the plan after now; its last pause repeats for ever. */
function nextPlanned(from: Instant, now: Instant, pausesMs: readonly number[]): Instant {
  let at = from;
  for (const pauseMs of pausesMs) {
    at += pauseMs;
    if (at > now) return at;
  }
  const lastMs = pausesMs.at(-1);
  assert(lastMs !== undefined && lastMs > 0, 'a plan without pauses');
  return at + (Math.floor((now - at) / lastMs) + 1) * lastMs;
}

/** Whether an attempt has been open for longer than anybody should wait without looking. */
export function isTooOld(attempt: RefundAttempt, { now, policy }: RefundMoment): boolean {
  const limitMs = attempt.state === 'pending' ? policy.pendingQuarantineAfterMs : policy.quarantineAfterMs;
  return now - attempt.sentAt >= limitMs;
}
