import type { OutboxEvent } from '../../fact/event.ts';
import { assert } from '../../kernel/assert.ts';
import type { Attempt, Capture, ChargeCase, ChargeChange, IntentState } from '../charge.ts';

/** Neither taken nor proven not to have been: money may still move. */
export function isOpen(attempt: Attempt): boolean {
  return attempt.state === 'sent' || attempt.state === 'pending';
}

/** One at most: the next begins only after the last has failed for good. */
export function openAttempt(found: ChargeCase): Attempt | null {
  return found.attempts.find(isOpen) ?? null;
}

export function attemptOf(found: ChargeCase, generation: number): Attempt | null {
  return found.attempts.find((attempt) => attempt.generation === generation) ?? null;
}

/** The capture that pays the obligation. */
export function rightCapture(found: ChargeCase): Capture | null {
  return found.captures.find((capture) => !capture.isSurplus) ?? null;
}

export function isFinal(state: IntentState): boolean {
  return state === 'succeeded' || state === 'uncollected' || state === 'voided';
}

/** Says nothing yet: what every change begins with. */
export function unchanged(found: ChargeCase): ChargeChange {
  const { key, version, state, runAt, declines } = found.intent;
  return {
    key,
    version,
    state,
    runAt,
    declines,
    attempt: null,
    evidence: null,
    capture: null,
    transfers: [],
    events: [],
  };
}

/** The case as it stands once the change was written: the store counts the version on by one. */
export function afterChange(found: ChargeCase, change: ChargeChange): ChargeCase {
  assert(found.intent.version === change.version, `a change of version ${change.version}, not of this case`);
  const { state, runAt, declines, attempt, capture } = change;
  return {
    ...found,
    intent: { ...found.intent, state, runAt, declines, version: change.version + 1 },
    attempts: attempt === null ? found.attempts : withAttempt(found.attempts, attempt),
    captures: capture === null ? found.captures : [...found.captures, capture],
  };
}

export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  const isKnown = attempts.some((one) => one.generation === attempt.generation);
  if (!isKnown) return [...attempts, attempt];
  return attempts.map((one) => (one.generation === attempt.generation ? attempt : one));
}

/** What others are told of an intent: ids and states. */
export function chargeEvent(
  found: ChargeCase,
  told: { readonly type: OutboxEvent['type']; readonly state: IntentState; readonly happenedAt: number },
  more: OutboxEvent['data'],
): OutboxEvent {
  const { accountId, rentalId, purpose, occurrence } = found.intent.key;
  return {
    type: told.type,
    accountId,
    data: { rental_id: rentalId, purpose, occurrence, state: told.state, ...more },
    happenedAt: told.happenedAt,
  };
}
