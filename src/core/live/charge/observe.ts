import type { OutboxEvent } from '../../fact/event.ts';
import type { Observation } from '../../fact/observation.ts';
import type { Attempt, Capture, ChargeCase, ChargeChange, IntentState } from '../charge.ts';
import { afterDecline } from '../dunning.ts';
import { attemptOf, chargeEvent, isFinal, isOpen, rightCapture, unchanged, withAttempt } from './case.ts';
import { captureEntry, paymentText, writeOffEntry } from './entries.ts';
import type { Moment } from './policy.ts';
import { idempotencyKeyOf } from './reference.ts';
import { absenceCountsFrom, isTooOld, nextLookAt } from './schedule.ts';

/** What somebody saw, and about which attempt; 0 where the payment names none. */
export interface Sighting {
  readonly generation: number;
  readonly observation: Observation;
}

/** The decline code of an attempt that was proven never to have become a payment. It counts as no decline. */
export const ABSENT = 'absent';

/** The provider holds another request under our key: no resend can answer any more. */
const KEY_REUSED = 'idempotency_error';

/**
 * What follows from a sighting. Null where it says nothing that is not known. The lattice of an attempt only moves
 * forward: sent, pending, then succeeded or failed for good. Money that was taken is written down whatever the state,
 * and the first capture that fits is the one that pays; every other one is owed back.
 */
export function observe(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  switch (sighting.observation.outcome) {
    case 'succeeded':
      return observeTaken(found, sighting, moment);
    case 'failed_final':
      return observeFailed(found, sighting, moment);
    case 'pending':
      return observePending(found, sighting, moment);
    case 'unknown':
      return observeUndecided(found, sighting, moment);
    case 'absent':
      return observeAbsent(found, sighting, moment);
  }
}

function observeTaken(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const taken = takenOf(found, sighting);
  // It says that money was taken, but not which or how much: the look-up will.
  if (taken === null) return observeUndecided(found, sighting, moment);
  const attempt = attemptOf(found, sighting.generation);
  const capture = isKnown(found, taken) ? null : judged(found, taken, attempt);
  const ended = attempt !== null && isOpen(attempt) ? succeeded(attempt, taken) : null;
  const state = stateWith(found, { capture, ended });
  if (capture === null && ended === null && state === found.intent.state) return null;
  return {
    ...unchanged(found),
    state,
    runAt: state === 'due' || state === 'in_flight' ? moment.now : null,
    attempt: ended,
    evidence: sighting,
    capture,
    transfers: capture === null ? [] : [captureEntry(capture)],
    events: eventsOf(found, { state, capture, happenedAt: moment.now }),
  };
}

function takenOf(found: ChargeCase, { observation }: Sighting): Capture | null {
  const { providerRef, amount, merchantAccount, at } = observation;
  if (providerRef === null || amount === null || amount.amountMinor <= 0n) return null;
  const account = merchantAccount ?? found.attempts.at(-1)?.paymentMethod.merchantAccount;
  if (account === undefined) return null;
  const { key, provider } = found.intent;
  return { key, provider, merchantAccount: account, providerRef, amount, capturedAt: at, isSurplus: false };
}

function isKnown(found: ChargeCase, taken: Capture): boolean {
  return found.captures.some((one) => paymentText(one) === paymentText(taken));
}

/** The first capture that fits an unpaid obligation is right. What was voided or written off is not paid any more. */
function judged(found: ChargeCase, taken: Capture, attempt: Attempt | null): Capture {
  const isOwed = !isFinal(found.intent.state) && rightCapture(found) === null;
  return { ...taken, isSurplus: !(isOwed && fits(found, taken, attempt)) };
}

function fits(found: ChargeCase, taken: Capture, attempt: Attempt | null): boolean {
  const { amount } = found.intent;
  if (taken.amount.amountMinor !== amount.amountMinor || taken.amount.currency !== amount.currency) return false;
  return attempt === null || attempt.paymentMethod.merchantAccount === taken.merchantAccount;
}

function succeeded(attempt: Attempt, taken: Capture): Attempt {
  return { ...attempt, state: 'succeeded', providerRef: taken.providerRef };
}

/**
 * Paid, and nothing else under way: succeeded. Paid while another attempt is open: that one must be resolved first, and
 * is only asked for. Taken, but not what was owed: a person must look.
 */
function stateWith(
  found: ChargeCase,
  seen: { readonly capture: Capture | null; readonly ended: Attempt | null },
): IntentState {
  const { state } = found.intent;
  if (isFinal(state)) return state;
  const attempts = seen.ended === null ? found.attempts : withAttempt(found.attempts, seen.ended);
  const isPaid = rightCapture(found) !== null || seen.capture?.isSurplus === false;
  if (!isPaid) return 'parked';
  if (attempts.some(isOpen)) return state === 'due' ? 'in_flight' : state;
  return 'succeeded';
}

function eventsOf(
  found: ChargeCase,
  seen: { readonly state: IntentState; readonly capture: Capture | null; readonly happenedAt: number },
): readonly OutboxEvent[] {
  const { state, capture, happenedAt } = seen;
  const events: OutboxEvent[] = [];
  if (state === 'succeeded' && found.intent.state !== 'succeeded') {
    events.push(chargeEvent(found, { type: 'charge.succeeded', state, happenedAt }, {}));
  }
  if (capture?.isSurplus === true) {
    const more = { provider_ref: capture.providerRef };
    events.push(chargeEvent(found, { type: 'charge.surplus', state, happenedAt }, more));
  }
  if (state === 'parked' && found.intent.state !== 'parked') {
    const more = { reason: 'the provider took another amount, currency or account than was asked for' };
    events.push(chargeEvent(found, { type: 'charge.parked', state, happenedAt }, more));
  }
  return events;
}

function observeFailed(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const attempt = attemptOf(found, sighting.generation);
  // Of an attempt that is not ours, or is decided: what is final does not change, and says nothing about the others.
  if (attempt === null || !isOpen(attempt) || speaksOfAnother(attempt, sighting.observation)) return null;
  const { declineCode, providerRef } = sighting.observation;
  const failed: Attempt = {
    ...attempt,
    state: 'failed_final',
    providerRef: providerRef ?? attempt.providerRef,
    declineCode,
  };
  const change = { ...unchanged(found), attempt: failed, evidence: sighting };
  // Given up by a person while it was open: that the hope is gone changes nothing.
  if (isFinal(found.intent.state)) return change;
  if (rightCapture(found) !== null) return paidOtherwise(found, change, moment);
  if (declineCode === ABSENT) return { ...change, state: 'due', runAt: moment.now };
  return { ...change, ...declined(found, failed, moment) };
}

/** A provider that took one key for two payments may say of the one what is not true of the other. */
function speaksOfAnother(attempt: Attempt, { source, providerRef }: Observation): boolean {
  const isHearsay = source === 'event' || source === 'listing';
  return isHearsay && providerRef !== null && attempt.providerRef !== null && attempt.providerRef !== providerRef;
}

function paidOtherwise(found: ChargeCase, change: ChargeChange, { now }: Moment): ChargeChange {
  const told = { type: 'charge.succeeded', state: 'succeeded', happenedAt: now } as const;
  return { ...change, state: 'succeeded', runAt: null, events: [chargeEvent(found, told, {})] };
}

function declined(
  found: ChargeCase,
  failed: Attempt,
  moment: Moment,
): Pick<ChargeChange, 'state' | 'runAt' | 'declines' | 'events' | 'transfers'> {
  const { now } = moment;
  const declines = found.intent.declines + 1;
  const after = afterDecline({ declines, generation: failed.generation, declineCode: failed.declineCode }, moment);
  const more = { generation: failed.generation, code: failed.declineCode ?? 'declined' };
  const state = after.kind === 'again' ? 'due' : 'uncollected';
  const told = chargeEvent(found, { type: 'charge.declined', state, happenedAt: now }, more);
  if (after.kind === 'again') return { state, runAt: after.runAt, declines, events: [told], transfers: [] };
  const given = { type: 'charge.uncollected', state, happenedAt: now } as const;
  return {
    state,
    runAt: null,
    declines,
    events: [told, chargeEvent(found, given, { reason: after.reason })],
    transfers: [writeOffEntry(found.intent, now)],
  };
}

function observePending(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const attempt = attemptOf(found, sighting.generation);
  if (attempt === null) return adoptAttempt(found, sighting, moment);
  if (!isOpen(attempt)) return null;
  const { providerRef, source } = sighting.observation;
  const isHearsay = source === 'event' || source === 'listing';
  if (isHearsay && attempt.state === 'pending') return null;
  const pending: Attempt = { ...attempt, state: 'pending', providerRef: providerRef ?? attempt.providerRef };
  return undecided(found, pending, sighting, moment);
}

/** Stands where the bytes that were sent are not known: equal to no digest, so that nothing is sent again. */
const UNKNOWN_DIGEST = '0'.repeat(64);

/**
 * The provider holds an attempt that our database does not know, because it was restored: it becomes the next attempt,
 * so that none is started beside it. What was sent is not known to the byte, hence it is never sent again.
 */
function adoptAttempt(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const { intent, attempts, paymentMethod } = found;
  const last = attempts.at(-1);
  const isNext = sighting.generation === (last?.generation ?? 0) + 1;
  const mayFollow = last === undefined || last.state === 'failed_final';
  if (intent.state !== 'due' || !isNext || !mayFollow || paymentMethod === null) return null;
  const { observation } = sighting;
  const attempt: Attempt = {
    key: intent.key,
    generation: sighting.generation,
    state: 'pending',
    idempotencyKey: idempotencyKeyOf(intent.key, sighting.generation),
    requestDigest: UNKNOWN_DIGEST,
    paymentMethod: {
      ...paymentMethod,
      merchantAccount: observation.merchantAccount ?? paymentMethod.merchantAccount,
    },
    // It was sent before the provider made it: look-ups must reach back as far.
    sentAt: observation.at,
    horizonAt: observation.at + 1,
    providerRef: observation.providerRef,
    declineCode: null,
    absentAt: [],
  };
  return undecided(found, attempt, sighting, moment);
}

function observeUndecided(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const attempt = attemptOf(found, sighting.generation);
  if (attempt === null || !isOpen(attempt)) return null;
  return undecided(found, attempt, sighting, moment);
}

/** Two are enough, the first and the latest: what counts is how far apart they are. */
function observeAbsent(found: ChargeCase, sighting: Sighting, moment: Moment): ChargeChange | null {
  const attempt = attemptOf(found, sighting.generation);
  if (attempt === null || !isOpen(attempt)) return null;
  const counts =
    attempt.state === 'sent' &&
    sighting.observation.source === 'look_up' &&
    moment.now >= absenceCountsFrom(attempt, moment.policy);
  const first = attempt.absentAt[0] ?? moment.now;
  const absentAt = first === moment.now ? [first] : [first, moment.now];
  if (!counts || found.intent.runAt === null) return undecided(found, attempt, sighting, moment);
  // One look-up from proof, or the listing: however old it is, that is seen through first.
  const absent = { ...attempt, absentAt };
  const change = { ...unchanged(found), attempt: absent, evidence: sighting };
  return { ...change, state: 'in_flight', runAt: nextLookAt(absent, moment) };
}

/** Stays open: looked at again by the plan, or by a person if it has been so for too long. */
function undecided(found: ChargeCase, attempt: Attempt, sighting: Sighting, moment: Moment): ChargeChange {
  const change = { ...unchanged(found), attempt, evidence: sighting };
  if (found.intent.runAt === null) return change;
  if (isTooOld(attempt, moment)) {
    const told = { type: 'charge.parked', state: 'parked', happenedAt: moment.now } as const;
    const reason = 'its outcome is unknown for too long';
    return { ...change, state: 'parked', runAt: null, events: [chargeEvent(found, told, { reason })] };
  }
  const isReused = sighting.observation.declineCode === KEY_REUSED;
  const next = nextLookAt(attempt, moment);
  return { ...change, state: 'in_flight', runAt: isReused ? Math.max(next, attempt.horizonAt) : next };
}
