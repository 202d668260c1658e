import { money, sayMoney } from '../../kernel/money.ts';
import { SECOND_MS } from '../../kernel/time.ts';
import { leftOf } from '../liability.ts';
import type { RefundCase, RefundChange, RefundEvidence } from '../refund.ts';
import { isFinalRefund, NO_COUNTERS, quarantine, unchangedRefund } from './case.ts';
import {
  type ChargeReading,
  type ChargeState,
  isLive,
  isOurs,
  isWhole,
  openDisputeOf,
  type SeenRefund,
  sumOf,
} from './charge-state.ts';
import type { RefundMoment } from './policy.ts';
import { readRefundMetadata } from './reference.ts';

/** Both legs as the provider shows them just before something is sent; `kept` is not read where none stays. */
export interface PreFlight {
  readonly wrong: ChargeReading;
  readonly kept: ChargeReading;
}

export type PreFlightVerdict =
  /** What was approved is still owed, and can be given back. */
  | { readonly kind: 'clear' }
  /** The provider holds a refund under our reference that no attempt here knows: this database is older than it. */
  | { readonly kind: 'adopt'; readonly refund: SeenRefund; readonly generation: number }
  /** Nothing is sent: this is written instead. */
  | { readonly kind: 'change'; readonly change: RefundChange };

/**
 * Decides by what the provider shows, in this order: nothing is sent on what could not be read; what does not fit what
 * was approved, or is in the hands of a bank, goes to a person; what came back over another road counts; the rest is
 * clear. Both legs are read, so that never both are given back (R01).
 */
export function judgePreFlight(found: RefundCase, read: PreFlight, moment: RefundMoment): PreFlightVerdict {
  const { wrong, kept } = read;
  const { liability } = found;
  if (wrong === null || (kept === null && liability.keptPaymentId !== null)) {
    return change(later(found, 'the charge could not be read', moment));
  }
  const stopped = misfit(found, wrong) ?? (kept === null ? null : keptMisfit(kept));
  if (stopped !== null) return change(stop(found, stopped, moment));
  if (wrong === 'missing') return change(stop(found, MISSING, moment));
  if (liability.kind === 'time_value') return { kind: 'clear' };
  if (!isWhole(wrong)) return change(later(found, 'the provider does not list all refunds of the charge yet', moment));
  const unknown = unknownOfOurs(found, wrong);
  if (unknown !== null) return unknown;
  return judgeElsewhere(found, wrong, moment);
}

interface Stop {
  readonly outcome: RefundEvidence['outcome'];
  readonly reason: string;
}

const MISSING: Stop = { outcome: 'unknown', reason: 'this merchant account has no such charge' };

function misfit({ refund, liability }: RefundCase, wrong: Exclude<ChargeReading, null>): Stop | null {
  if (wrong === 'missing') return MISSING;
  const { captured } = wrong;
  if (wrong.providerRef !== refund.paymentId) {
    return { outcome: 'unknown', reason: `the provider answered with the charge ${wrong.providerRef}` };
  }
  if (captured.currency !== refund.amount.currency || liability.owed.currency !== refund.amount.currency) {
    return { outcome: 'unknown', reason: `the charge is in ${captured.currency}, not in ${refund.amount.currency}` };
  }
  if (liability.kind === 'time_value' && refund.channel === 'original_payment') {
    return { outcome: 'unknown', reason: 'interest cannot be given back over the payment: it is more than was taken' };
  }
  if (liability.kind === 'principal' && captured.amountMinor < refund.amount.amountMinor) {
    return { outcome: 'unknown', reason: `only ${sayMoney(captured)} were captured` };
  }
  const open = openDisputeOf(wrong);
  return open === null
    ? null
    : { outcome: 'disputed', reason: `nothing is sent while a dispute is open: ${open.providerRef}` };
}

function keptMisfit(kept: Exclude<ChargeReading, null>): Stop | null {
  if (kept === 'missing') return { outcome: 'unknown', reason: 'this merchant account has not the charge that stays' };
  if (kept.refundedMinor > 0n) {
    return { outcome: 'returned_elsewhere', reason: 'the charge that stays was refunded: never both are given back' };
  }
  const taken = kept.disputes.find(({ status }) => status !== 'won' && status !== 'withdrawn');
  return taken === undefined
    ? null
    : { outcome: 'disputed', reason: `the charge that stays is disputed: ${taken.providerRef}` };
}

/**
 * Attempts are written before they are sent: one that is not here was written by a database that was restored
 * since.
 */
function unknownOfOurs(found: RefundCase, wrong: ChargeState): PreFlightVerdict | null {
  for (const refund of wrong.refunds.filter(isLive)) {
    const naming = readRefundMetadata(refund.metadata);
    if (naming === null || !isOurs(refund, found.liability)) continue;
    const isNext = naming.generation === found.lastGeneration + 1 && naming.key.planId === found.refund.key.planId;
    if (isNext) return { kind: 'adopt', refund, generation: naming.generation };
  }
  return null;
}

/**
 * What others gave back since it was known to be owed, and whatever leaves less of the charge than is owed: a refund by
 * hand, a lost dispute, and one of ours that counted as failed.
 */
function elsewhereOf({ liability }: RefundCase, wrong: ChargeState): bigint {
  const live = wrong.refunds.filter(isLive);
  const others = live.filter((refund) => !isOurs(refund, liability));
  const since = Math.floor(liability.recordedAt / SECOND_MS) * SECOND_MS;
  const othersSince = sumOf(others.filter(({ createdAt }) => createdAt >= since));
  const lost = sumOf(wrong.disputes.filter(({ status }) => status === 'lost'));
  const lacking = liability.owed.amountMinor - (wrong.captured.amountMinor - sumOf(others) - lost);
  const oursUncounted = sumOf(live.filter((refund) => isOurs(refund, liability))) - liability.refundedMinor;
  return larger(othersSince, lacking) + larger(oursUncounted, 0n);
}

function judgeElsewhere(found: RefundCase, wrong: ChargeState, { now }: RefundMoment): PreFlightVerdict {
  const { liability, refund } = found;
  const left = leftOf(liability);
  const grown = smaller(larger(elsewhereOf(found, wrong) - liability.elsewhereMinor, 0n), left);
  const rest = left - grown;
  if (grown === 0n && rest >= refund.amount.amountMinor) return { kind: 'clear' };
  const { currency } = liability.owed;
  const detail = `${sayMoney(money(liability.elsewhereMinor + grown, currency))} came back over another road`;
  const evidence = seen({ outcome: 'returned_elsewhere', reason: detail }, now);
  const counters = { ...NO_COUNTERS, elsewhere: grown };
  if (rest === 0n) {
    const done = { ...unchangedRefund(found), state: 'not_owed', runAt: null, reason: detail } as const;
    return change({ ...done, evidence, counters });
  }
  const reason = `${detail}: ${sayMoney(money(rest, currency))} are left, which needs a new plan`;
  return change({ ...quarantine(found, reason, { evidence, now }), counters });
}

function stop(found: RefundCase, why: Stop, { now }: RefundMoment): RefundChange {
  return quarantine(found, why.reason, { evidence: seen(why, now), now });
}

/** Read again later; what nobody can read for too long goes to a person. Nothing was sent. */
function later(found: RefundCase, reason: string, { now, policy }: RefundMoment): RefundChange {
  if (isFinalRefund(found.refund.state)) return unchangedRefund(found);
  const since = found.refund.recordedAt;
  if (now - since >= policy.quarantineAfterMs)
    return quarantine(found, `${reason}, for too long`, { evidence: null, now });
  return { ...unchangedRefund(found), reason, runAt: now + policy.unreadableMs };
}

function seen({ outcome, reason }: Stop, seenAt: number): RefundEvidence {
  return { generation: 0, source: 'pre_flight', outcome, providerRef: null, code: null, detail: reason, seenAt };
}

function change(decided: RefundChange): PreFlightVerdict {
  return { kind: 'change', change: decided };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
