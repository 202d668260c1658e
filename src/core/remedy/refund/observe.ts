import type { OutboxEvent } from '../../fact/event.ts';
import type { Observation } from '../../fact/observation.ts';
import { sayMoney } from '../../kernel/money.ts';
import { type BookedRefund, refundEntry, refundFailedEntry } from '../../ledger/refund-entry.ts';
import type {
  RefundAttempt,
  RefundCase,
  RefundChange,
  RefundEvidence,
  RefundEvidenceSource,
  RefundState,
} from '../refund.ts';
import { isOpenRefund, NO_COUNTERS, quarantine, refundAttemptOf, refundEvent, unchangedRefund } from './case.ts';
import { type AfterFailure, afterFailure } from './failure.ts';
import type { RefundMoment } from './policy.ts';
import { absenceCountsFrom, isTooOld, nextLookAt, nextWatchAt } from './schedule.ts';

/** What somebody saw of one attempt. */
export interface RefundSighting {
  readonly generation: number;
  readonly observation: Omit<Observation, 'source'> & { readonly source: RefundEvidenceSource };
  /** What a read-back found wrong with it; null where nothing is. */
  readonly mismatch: string | null;
}

/**
 * What follows from a sighting. Null where it says nothing that is not known, or nothing about an attempt of this
 * refund. An attempt only moves forward: sent, pending, then succeeded or failed for good; one that succeeded may fail
 * later, and only then is the liability open again.
 */
export function observeRefund(found: RefundCase, seen: RefundSighting, moment: RefundMoment): RefundChange | null {
  const attempt = refundAttemptOf(found, seen.generation);
  if (attempt === null) return null;
  switch (seen.observation.outcome) {
    case 'succeeded':
      return observePaid(found, attempt, seen, moment);
    case 'failed_final':
      return observeFailed(found, attempt, seen, moment);
    case 'pending':
      return observePending(found, attempt, seen, moment);
    case 'absent':
      return observeAbsent(found, attempt, seen, moment);
    case 'unknown':
      return isOpenRefund(attempt) ? undecided(found, attempt, { seen, outcome: 'unknown' }, moment) : null;
  }
}

function observePaid(
  found: RefundCase,
  attempt: RefundAttempt,
  seen: RefundSighting,
  moment: RefundMoment,
): RefundChange | null {
  const { providerRef, amount } = seen.observation;
  if (attempt.state === 'failed_final') return paidAfterAll(found, attempt, seen, moment);
  if (attempt.state === 'succeeded') return watchedOn(found, seen, moment);
  // It says that money went back, but not which or how much: the look-up will.
  if (providerRef === null || amount === null) return undecided(found, attempt, { seen, outcome: 'unknown' }, moment);
  const { now, policy } = moment;
  const wanted = found.refund.amount;
  const isOther = amount.amountMinor !== wanted.amountMinor || amount.currency !== wanted.currency;
  const mismatch = isOther ? `${sayMoney(amount)} went back, not ${sayMoney(wanted)}` : seen.mismatch;
  const state: RefundState = mismatch === null ? 'succeeded' : 'quarantined';
  const watchedUntil = now + policy.watchForMs;
  return {
    ...unchangedRefund(found),
    state,
    reason: mismatch ?? '',
    runAt: state === 'quarantined' ? null : nextWatchAt({ succeededAt: now, watchedUntil }, moment),
    acceptedAt: found.refund.acceptedAt ?? now,
    succeededAt: now,
    watchedUntil,
    attempt: { ...attempt, state: 'succeeded', providerRef },
    evidence: evidenceOf(seen, 'succeeded'),
    // What was reserved is what was counted as owed; the books have what went.
    counters: { ...NO_COUNTERS, reserved: -wanted.amountMinor, refunded: wanted.amountMinor },
    transfers: [refundEntry(bookedOf(found, { providerRef, amount, happenedAt: seen.observation.at }))],
    events: paidEvents(found, state, { providerRef, reason: mismatch, now }),
  };
}

function paidEvents(
  found: RefundCase,
  state: RefundState,
  { providerRef, reason, now }: { readonly providerRef: string; readonly reason: string | null; readonly now: number },
): readonly OutboxEvent[] {
  const tell = (type: OutboxEvent['type'], more: OutboxEvent['data']) =>
    refundEvent(found, { type, state, happenedAt: now }, more);
  return [
    ...(found.refund.acceptedAt === null ? [tell('refund.accepted', { provider_ref: providerRef })] : []),
    tell('refund.succeeded', { provider_ref: providerRef }),
    ...(reason === null ? [] : [tell('refund.quarantined', {})]),
  ];
}

/** Proven to have failed, and paid all the same: no further attempt may follow before a person has looked. */
function paidAfterAll(found: RefundCase, attempt: RefundAttempt, seen: RefundSighting, { now }: RefundMoment) {
  if (found.refund.state !== 'due' && found.refund.state !== 'in_flight') return null;
  const reason = `attempt ${attempt.generation} counted as failed (${attempt.failureCode}), and was paid`;
  return quarantine(found, reason, { evidence: evidenceOf(seen, 'succeeded'), now });
}

function watchedOn(found: RefundCase, { observation }: RefundSighting, moment: RefundMoment): RefundChange | null {
  const { succeededAt, watchedUntil, state } = found.refund;
  if (state !== 'succeeded' || observation.source !== 'poll') return null;
  if (succeededAt === null || watchedUntil === null) return null;
  return { ...unchangedRefund(found), runAt: nextWatchAt({ succeededAt, watchedUntil }, moment) };
}

function observeFailed(
  found: RefundCase,
  attempt: RefundAttempt,
  seen: RefundSighting,
  moment: RefundMoment,
): RefundChange | null {
  if (attempt.state === 'failed_final' || speaksOfAnother(attempt, seen)) return null;
  const { providerRef, declineCode } = seen.observation;
  const failed: RefundAttempt = {
    ...attempt,
    state: 'failed_final',
    providerRef: providerRef ?? attempt.providerRef,
    failureCode: declineCode,
  };
  const { amount } = found.refund;
  if (attempt.state === 'succeeded') return failedLate(found, failed, seen, moment);
  return {
    ...unchangedRefund(found),
    ...told(found, afterFailure(found, declineCode, moment), { code: declineCode, now: moment.now }),
    attempt: failed,
    evidence: evidenceOf(seen, 'failed_final'),
    counters: { ...NO_COUNTERS, reserved: -amount.amountMinor },
  };
}

/** The money came back to us and the customer has nothing: it is owed again, over another road. */
function failedLate(found: RefundCase, failed: RefundAttempt, seen: RefundSighting, { now }: RefundMoment) {
  const { amount } = found.refund;
  const providerRef = failed.providerRef;
  if (providerRef === null || seen.observation.providerRef !== providerRef) return null;
  const code = failed.failureCode ?? 'failed';
  const event = { type: 'refund.failed', state: 'failed', happenedAt: now } as const;
  return {
    ...unchangedRefund(found),
    state: 'failed' as const,
    reason: `needs customer: ${code}, after it had succeeded`,
    runAt: null,
    attempt: failed,
    evidence: evidenceOf(seen, 'failed_final'),
    counters: { ...NO_COUNTERS, refunded: -amount.amountMinor },
    transfers: [refundFailedEntry(bookedOf(found, { providerRef, amount, happenedAt: seen.observation.at }))],
    events: [refundEvent(found, event, { provider_ref: providerRef, code })],
  };
}

/** R4: a provider that took one key for two refunds may say of the one what is not true of the other. */
function speaksOfAnother(attempt: RefundAttempt, { observation }: RefundSighting): boolean {
  const { providerRef, source } = observation;
  if (source === 'answer' && attempt.providerRef === null) return false;
  return providerRef !== null && attempt.providerRef !== null && attempt.providerRef !== providerRef;
}

function told(
  found: RefundCase,
  after: AfterFailure,
  { code, now }: { readonly code: string | null; readonly now: number },
): Pick<RefundChange, 'state' | 'reason' | 'runAt' | 'events' | 'halts'> {
  const { state, reason, runAt, halts } = after;
  const type = state === 'failed' ? 'refund.failed' : state === 'quarantined' ? 'refund.quarantined' : null;
  if (type === null) return { state, reason, runAt, halts, events: [] };
  return {
    state,
    reason,
    runAt,
    halts,
    events: [refundEvent(found, { type, state, happenedAt: now }, { code: code ?? '' })],
  };
}

function observePending(
  found: RefundCase,
  attempt: RefundAttempt,
  seen: RefundSighting,
  moment: RefundMoment,
): RefundChange | null {
  if (!isOpenRefund(attempt)) return null;
  const { providerRef, source } = seen.observation;
  const isHearsay = source === 'event' || source === 'listing';
  if (isHearsay && attempt.state === 'pending') return null;
  const pending: RefundAttempt = { ...attempt, state: 'pending', providerRef: providerRef ?? attempt.providerRef };
  const change = undecided(found, pending, { seen, outcome: 'pending' }, moment);
  if (seen.mismatch !== null) {
    return { ...quarantine(found, seen.mismatch, { evidence: change.evidence, now: moment.now }), attempt: pending };
  }
  if (found.refund.acceptedAt !== null) return change;
  const event = { type: 'refund.accepted', state: change.state, happenedAt: moment.now } as const;
  const accepted = refundEvent(found, event, { provider_ref: pending.providerRef ?? '' });
  return { ...change, acceptedAt: moment.now, events: [accepted, ...change.events] };
}

/** Before the horizon and the life of the last request are over, absence is only slowness. */
function observeAbsent(
  found: RefundCase,
  attempt: RefundAttempt,
  seen: RefundSighting,
  moment: RefundMoment,
): RefundChange | null {
  if (!isOpenRefund(attempt)) return null;
  const counts =
    attempt.state === 'sent' &&
    seen.observation.source === 'look_up' &&
    moment.now >= absenceCountsFrom(attempt, moment.policy);
  if (!counts || found.refund.runAt === null) return undecided(found, attempt, { seen, outcome: 'unknown' }, moment);
  // One look-up from proof, or the listing: however old it is, that is seen through first.
  const absent = { ...attempt, absentAt: [...attempt.absentAt, moment.now] };
  const evidence = { ...evidenceOf(seen, 'absent'), seenAt: moment.now };
  return { ...unchangedRefund(found), attempt, evidence, runAt: nextLookAt(absent, moment) };
}

/** Stays open: looked at again by the plan, or by a person if it has been so for too long. */
function undecided(
  found: RefundCase,
  attempt: RefundAttempt,
  { seen, outcome }: { readonly seen: RefundSighting; readonly outcome: 'unknown' | 'pending' },
  moment: RefundMoment,
): RefundChange {
  const evidence = evidenceOf(seen, outcome);
  const change = { ...unchangedRefund(found), attempt, evidence };
  if (found.refund.state === 'quarantined') return change;
  if (isTooOld(attempt, moment)) {
    const reason = 'its outcome is unknown for too long';
    return { ...quarantine(found, reason, { evidence, now: moment.now }), attempt };
  }
  const state = attempt.state === 'pending' ? 'pending' : 'in_flight';
  return { ...change, state, runAt: nextLookAt(attempt, moment) };
}

function evidenceOf({ generation, observation }: RefundSighting, outcome: RefundEvidence['outcome']): RefundEvidence {
  const { source, providerRef, declineCode, detail, at } = observation;
  return { generation, source, outcome, providerRef, code: declineCode, detail, seenAt: at };
}

function bookedOf(
  { refund }: RefundCase,
  seen: Pick<BookedRefund, 'providerRef' | 'amount' | 'happenedAt'>,
): BookedRefund {
  const { provider, merchantAccount } = refund;
  return { accountId: refund.key.accountId, provider, merchantAccount, ...seen };
}
