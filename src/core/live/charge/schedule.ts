import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Attempt } from '../charge.ts';
import type { ChargePolicy, Moment } from './policy.ts';

/**
 * From when on a look-up that finds nothing says something: the last request may have been written just before the
 * horizon and be carried out so much later. Before that, absence is only slowness.
 */
export function absenceCountsFrom(attempt: Attempt, policy: ChargePolicy): Instant {
  return attempt.horizonAt + policy.requestLifeMs;
}

/** Two look-ups found nothing, far enough apart that no lag of the listing explains both. */
export function isAbsentTwice(attempt: Attempt, policy: ChargePolicy): boolean {
  const [first, last] = [attempt.absentAt[0], attempt.absentAt.at(-1)];
  return first !== undefined && last !== undefined && last - first >= 2 * policy.lookUpLagMs;
}

/** When an open attempt is to be looked at after now, if nothing is heard of it. */
export function nextLookAt(attempt: Attempt, { now, policy }: Moment): Instant {
  const planned = nextPlanned(attempt.sentAt, now, policy.backoffMs);
  if (attempt.state === 'pending') return planned;
  // Nothing is sent at the horizon: from there on it is asked for.
  if (now < attempt.horizonAt) return Math.min(planned, attempt.horizonAt);
  if (isAbsentTwice(attempt, policy)) return now;
  const [first] = attempt.absentAt;
  if (first !== undefined) return Math.max(now + 1, first + 2 * policy.lookUpLagMs);
  const countsFrom = absenceCountsFrom(attempt, policy);
  return now < countsFrom ? Math.min(planned, countsFrom) : planned;
}

/** The first point of the plan after now. The plan begins at the first send; its last pause repeats for ever. */
function nextPlanned(sentAt: Instant, now: Instant, backoffMs: readonly number[]): Instant {
  let at = sentAt;
  for (const pauseMs of backoffMs) {
    at += pauseMs;
    if (at > now) return at;
  }
  const lastMs = backoffMs.at(-1);
  assert(lastMs !== undefined && lastMs > 0, 'a plan without pauses');
  return at + (Math.floor((now - at) / lastMs) + 1) * lastMs;
}

/** Whether an attempt has been open for longer than anybody should wait without looking. */
export function isTooOld(attempt: Attempt, { now, policy }: Moment): boolean {
  const limitMs = attempt.state === 'pending' ? policy.pendingParkAfterMs : policy.parkAfterMs;
  return now - attempt.sentAt >= limitMs;
}
