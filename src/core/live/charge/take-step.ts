import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Attempt, ChargeCase, ChargeChange, SightedPayment } from '../charge.ts';
import { chargeEvent, isFinal, openAttempt, rightCapture, unchanged } from './case.ts';
import { paymentText, writeOffEntry } from './entries.ts';
import type { Step } from './next-step.ts';
import type { Moment } from './policy.ts';
import { idempotencyKeyOf } from './reference.ts';
import { isTooOld, nextLookAt } from './schedule.ts';

/**
 * Writes the attempt down, as sent: committed before the call, so that whoever comes after a crash knows of it. Writing
 * ends the lease, so nobody else looks at it before the instant until which its worker is believed to be at it.
 */
export function begin(
  found: ChargeCase,
  start: Extract<Step, { kind: 'start' }> & { readonly requestDigest: string; readonly leaseUntil: Instant },
  moment: Moment,
): ChargeChange {
  assert(found.intent.state === 'due' && openAttempt(found) === null, 'an attempt begins beside another');
  assert(rightCapture(found) === null, 'an attempt begins for what is paid');
  const attempt: Attempt = {
    key: found.intent.key,
    generation: start.generation,
    state: 'sent',
    idempotencyKey: idempotencyKeyOf(found.intent.key, start.generation),
    requestDigest: start.requestDigest,
    paymentMethod: start.paymentMethod,
    sentAt: moment.now,
    horizonAt: moment.now + moment.policy.horizonMs,
    providerRef: null,
    declineCode: null,
    absentAt: [],
  };
  return {
    ...unchanged(found),
    state: 'in_flight',
    runAt: Math.max(nextLookAt(attempt, moment), start.leaseUntil),
    attempt,
  };
}

/** Looks at it again later. An attempt that has been open for too long goes to a person instead. */
export function defer(found: ChargeCase, until: Instant, moment: Moment): ChargeChange {
  const open = openAttempt(found);
  if (open !== null && isTooOld(open, moment)) return park(found, 'its outcome is unknown for too long', moment);
  return { ...unchanged(found), runAt: until };
}

/**
 * Payments that were seen before the first attempt and heard of just now: looked at again later, where that decided
 * nothing. One that stays undecided and cannot be taken over goes to a person. `payments` as in the step, oldest first.
 */
export function deferSighted(found: ChargeCase, payments: readonly SightedPayment[], moment: Moment): ChargeChange {
  const { now, policy } = moment;
  const [oldest] = payments;
  assert(oldest !== undefined, 'heard of no payment');
  if (now - oldest.createdAt < policy.pendingParkAfterMs) return defer(found, now + policy.lookUpLagMs, moment);
  return park(found, `the provider holds ${paymentText(oldest)}, undecided for too long`, moment);
}

export function park(found: ChargeCase, reason: string, { now }: Moment): ChargeChange {
  assert(!isFinal(found.intent.state), `${found.intent.state} is parked`);
  const told = { type: 'charge.parked', state: 'parked', happenedAt: now } as const;
  return { ...unchanged(found), state: 'parked', runAt: null, events: [chargeEvent(found, told, { reason })] };
}

/** A person wants it looked at once more: what may be under way is asked for, what is not is due again. */
export function lookAgain(found: ChargeCase, { now }: Moment): ChargeChange {
  assert(found.intent.state === 'parked', `${found.intent.state} is not parked`);
  return { ...unchanged(found), state: openAttempt(found) === null ? 'due' : 'in_flight', runAt: now };
}

/** A person gives it up: written off. Money that comes for it after all is owed back. */
export function writeOffParked(found: ChargeCase, { now }: Moment): ChargeChange {
  assert(found.intent.state === 'parked' && rightCapture(found) === null, 'writes off what is paid or not parked');
  return uncollected(found, 'written_off_by_a_person', now);
}

export function adopt(found: ChargeCase, { now }: Moment): ChargeChange {
  assert(rightCapture(found) !== null && openAttempt(found) === null, 'adopts what is not there, or not alone');
  const told = { type: 'charge.succeeded', state: 'succeeded', happenedAt: now } as const;
  return { ...unchanged(found), state: 'succeeded', runAt: null, events: [chargeEvent(found, told, {})] };
}

export function giveUp(found: ChargeCase, { now }: Moment): ChargeChange {
  assert(rightCapture(found) === null && openAttempt(found) === null, 'gives up what may be paid');
  return uncollected(found, 'attempts_max', now);
}

function uncollected(found: ChargeCase, reason: string, now: Instant): ChargeChange {
  const told = { type: 'charge.uncollected', state: 'uncollected', happenedAt: now } as const;
  return {
    ...unchanged(found),
    state: 'uncollected',
    runAt: null,
    transfers: [writeOffEntry(found.intent, now)],
    events: [chargeEvent(found, told, { reason })],
  };
}
