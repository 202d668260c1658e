import type { Instant } from '../../kernel/time.ts';
import type { RefundAttempt, RefundCase, RefundChange } from '../refund.ts';
import { type ChargeReading, type ChargeState, isLive, isWhole, type SeenRefund } from './charge-state.ts';
import { ABSENT } from './failure.ts';
import { observeRefund, type RefundSighting } from './observe.ts';
import type { RefundMoment } from './policy.ts';
import { absenceCountsFrom, isAbsentTwice } from './schedule.ts';

const OUTCOMES = {
  succeeded: 'succeeded',
  pending: 'pending',
  failed: 'failed_final',
  canceled: 'failed_final',
} as const satisfies Record<SeenRefund['status'], RefundSighting['observation']['outcome']>;

/** A refund that the provider shows, as a sight of its attempt. */
export function sightOfRefund(
  refund: SeenRefund,
  seen: Pick<RefundSighting['observation'], 'source' | 'at' | 'merchantAccount'>,
): RefundSighting['observation'] {
  const outcome = OUTCOMES[refund.status];
  return {
    ...seen,
    outcome,
    providerRef: refund.providerRef,
    amount: outcome === 'succeeded' ? refund.amount : null,
    declineCode: outcome === 'failed_final' ? (refund.failureCode ?? refund.status) : null,
    detail: `${refund.providerRef} is ${refund.status}`,
  };
}

/**
 * What a charge says of an attempt: its refunds are matched by our reference in their metadata, and by the id that was
 * named before. Absent only where the provider lists all that the charge counts.
 */
export function sightInCharge(
  charge: ChargeReading,
  attempt: RefundAttempt,
  seen: Pick<RefundSighting['observation'], 'source' | 'at' | 'merchantAccount'>,
): RefundSighting {
  const { generation } = attempt;
  const nothing = { ...seen, providerRef: null, amount: null, declineCode: null };
  if (charge === null || charge === 'missing') {
    const observation = { ...nothing, outcome: 'unknown', detail: 'the charge could not be read' } as const;
    return { generation, observation, mismatch: null };
  }
  const ours = charge.refunds.filter((refund) => isOfAttempt(refund, attempt));
  const best = ours.find(({ status }) => status === 'succeeded') ?? ours.find(isLive) ?? ours[0];
  if (best === undefined) {
    const outcome = isWhole(charge) ? 'absent' : 'unknown';
    return {
      generation,
      observation: { ...nothing, outcome, detail: 'no refund with this reference' },
      mismatch: null,
    };
  }
  return { generation, observation: sightOfRefund(best, seen), mismatch: mismatchIn(charge, ours) };
}

function isOfAttempt(refund: SeenRefund, attempt: RefundAttempt): boolean {
  return refund.metadata.reference === attempt.idempotencyKey || refund.providerRef === attempt.providerRef;
}

/** What a look at the charge after a refund must not show; null where all is as it should be. */
function mismatchIn(charge: ChargeState, ours: readonly SeenRefund[]): string | null {
  const live = ours.filter(isLive);
  if (live.length > 1) return `the provider made ${live.length} refunds under one reference`;
  if (charge.refundedMinor > charge.captured.amountMinor) return 'more was refunded than was captured';
  return null;
}

/** Absent twice, and from the listing, which was read to `listedTo`: it failed. Null while it was not read that far. */
export function proveRefundAbsent(
  found: RefundCase,
  attempt: RefundAttempt,
  listedTo: Instant,
  moment: RefundMoment,
): RefundChange | null {
  if (!isAbsentTwice(attempt, moment.policy) || listedTo < absenceCountsFrom(attempt, moment.policy)) return null;
  const observation = {
    source: 'listing',
    at: moment.now,
    outcome: 'failed_final',
    providerRef: null,
    amount: null,
    merchantAccount: null,
    declineCode: ABSENT,
    detail: `found by no look-up at ${attempt.absentAt.join(' and ')}, nor in the listing read to ${listedTo}`,
  } as const;
  return observeRefund(found, { generation: attempt.generation, observation, mismatch: null }, moment);
}

/**
 * What an answer to a refund is worth once the charge was read again. What the charge shows of the attempt counts. A
 * refusal to a request that was sent before says nothing of the one before it, unless the charge does not show that.
 */
export function readBack(
  answer: RefundSighting['observation'],
  charge: ChargeReading,
  { attempt, send }: { readonly attempt: RefundAttempt; readonly send: 'first' | 'again' },
): RefundSighting {
  const { generation } = attempt;
  const asSaid = { generation, observation: answer, mismatch: null };
  if (answer.outcome === 'unknown') return asSaid;
  const shown = sightInCharge(charge, { ...attempt, providerRef: answer.providerRef ?? attempt.providerRef }, answer);
  const isRefusal = answer.outcome === 'failed_final' && answer.providerRef === null;
  switch (shown.observation.outcome) {
    case 'unknown':
      return isRefusal && send === 'again' ? { ...shown, observation: unknownOf(answer) } : asSaid;
    case 'absent':
      return isRefusal ? asSaid : { ...asSaid, mismatch: 'the charge does not show the refund that was answered' };
    case 'succeeded':
    case 'pending':
    case 'failed_final':
      return shown;
  }
}

function unknownOf(answer: RefundSighting['observation']): RefundSighting['observation'] {
  const detail = `${answer.detail}, to a request that was sent before`;
  return { ...answer, outcome: 'unknown', declineCode: null, detail };
}
