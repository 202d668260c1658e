import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import { transfer } from '../../ledger/transfer.ts';
import { leftOf } from '../liability.ts';
import type { RefundAttempt, RefundCase, RefundChange } from '../refund.ts';
import { NO_COUNTERS, openRefundAttempt, quarantine, refundEvent, unchangedRefund } from './case.ts';
import type { RefundMoment } from './policy.ts';
import { refundKeyOf } from './reference.ts';
import { isTooOld, nextLookAt } from './schedule.ts';

/**
 * Writes the attempt down, as sent, and reserves its amount: committed before the call, so that whoever comes after a
 * crash knows of it. Nobody else looks at it before `leaseUntil`.
 */
export function beginRefund(
  found: RefundCase,
  start: { readonly requestDigest: string; readonly leaseUntil: Instant },
  moment: RefundMoment,
): RefundChange {
  const { refund, liability, lastGeneration } = found;
  assert(refund.state === 'due' && openRefundAttempt(found) === null, 'a refund begins beside another');
  assert(refund.channel === 'original_payment', `${refund.channel} does not go over the provider`);
  assert(leftOf(liability) >= refund.amount.amountMinor, 'a refund begins for more than is owed');
  const generation = lastGeneration + 1;
  const attempt: RefundAttempt = {
    key: refund.key,
    generation,
    idempotencyKey: refundKeyOf(refund.key, generation),
    requestDigest: start.requestDigest,
    state: 'sent',
    sentAt: moment.now,
    horizonAt: moment.now + moment.policy.horizonMs,
    providerRef: null,
    failureCode: null,
    absentAt: [],
  };
  return {
    ...unchangedRefund(found),
    state: 'in_flight',
    reason: '',
    runAt: Math.max(nextLookAt(attempt, moment), start.leaseUntil),
    begins: true,
    attempt,
    counters: { ...NO_COUNTERS, reserved: refund.amount.amountMinor },
  };
}

/** Stands where the bytes that were sent are not known: equal to no digest, so that nothing is sent again. */
const UNKNOWN_DIGEST = '0'.repeat(64);

/** An attempt that this database forgot: written down as sent, to be asked for at once, and never sent again. */
export function adoptRefund(found: RefundCase, moment: RefundMoment): RefundChange {
  const begun = beginRefund(found, { requestDigest: UNKNOWN_DIGEST, leaseUntil: moment.now }, moment);
  assert(begun.attempt !== null, 'a refund begins with an attempt');
  const attempt = { ...begun.attempt, horizonAt: moment.now + 1 };
  return { ...begun, runAt: moment.now, begins: false, attempt };
}

/** Money that the customer may drive off: an entry and nothing else, hence final at once. */
export function creditRefund(found: RefundCase, { now }: RefundMoment): RefundChange {
  const { refund, liability } = found;
  assert(refund.state === 'due' && refund.channel === 'account_credit', 'credits what goes over another channel');
  assert(leftOf(liability) >= refund.amount.amountMinor, 'credits more than is owed');
  const told = { type: 'refund.succeeded', state: 'succeeded', happenedAt: now } as const;
  return {
    ...unchangedRefund(found),
    state: 'succeeded',
    reason: '',
    runAt: null,
    begins: true,
    acceptedAt: now,
    succeededAt: now,
    counters: { ...NO_COUNTERS, credited: refund.amount.amountMinor },
    transfers: [
      transfer({
        accountId: refund.key.accountId,
        kind: 'credited',
        sourceRef: `${refund.key.planId}:${refund.key.liabilityId}`,
        debit: 'account_payable',
        credit: 'account_credit',
        dimension: '',
        asset: refund.amount.currency,
        amount: refund.amount.amountMinor,
        corrects: null,
        happenedAt: now,
      }),
    ],
    events: [refundEvent(found, told, {})],
  };
}

/** Looks at it again later. An attempt that has been open for too long goes to a person instead. */
export function deferRefund(found: RefundCase, until: Instant, moment: RefundMoment): RefundChange {
  const open = openRefundAttempt(found);
  if (open !== null && isTooOld(open, moment)) {
    return quarantine(found, 'its outcome is unknown for too long', { evidence: null, now: moment.now });
  }
  return { ...unchangedRefund(found), runAt: until };
}

/** A person wants it looked at once more: what may be under way is asked for, what is not is due again. */
export function lookAgainAtRefund(found: RefundCase, { now }: RefundMoment): RefundChange {
  assert(found.refund.state === 'quarantined', `${found.refund.state} is not quarantined`);
  const open = openRefundAttempt(found);
  const state = open === null ? 'due' : open.state === 'pending' ? 'pending' : 'in_flight';
  return { ...unchangedRefund(found), state, runAt: now, reason: '' };
}

/** A person gives it up, so that another plan may take its place. Null while an attempt may have paid it. */
export function releaseRefund(found: RefundCase): RefundChange | null {
  const mayBePaid = found.attempts.some(({ state }) => state !== 'failed_final');
  if (mayBePaid || (found.refund.state !== 'quarantined' && found.refund.state !== 'due')) return null;
  const { reason } = found.refund;
  return { ...unchangedRefund(found), state: 'canceled', runAt: null, reason: reason === '' ? 'given up' : reason };
}
