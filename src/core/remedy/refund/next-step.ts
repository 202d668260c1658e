import type { Instant } from '../../kernel/time.ts';
import type { RefundAttempt, RefundCase } from '../refund.ts';
import { openRefundAttempt } from './case.ts';
import type { RefundMoment } from './policy.ts';
import { absenceCountsFrom, isAbsentTwice } from './schedule.ts';

/** What a worker does with a refund that it holds. Each begins with a look at the charge; none with a send. */
export type RefundStep =
  /** Read both legs, and begin if they allow it. */
  | { readonly kind: 'pre_flight' }
  /** Read the charge: what became of the attempt? If it is not there and may be sent again, send the same again. */
  | { readonly kind: 'look_up'; readonly attempt: RefundAttempt }
  /** Twice absent: it failed, if the provider's listing was read up to `to` without it. */
  | { readonly kind: 'check_listing'; readonly attempt: RefundAttempt; readonly to: Instant }
  /** It succeeded: has it failed since? */
  | { readonly kind: 'watch'; readonly attempt: RefundAttempt }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'quarantine'; readonly reason: string }
  | { readonly kind: 'stop' };

/** Decides by what is known: what may be under way first; only what is due and has nothing open is begun. */
export function nextRefundStep(found: RefundCase, { now, policy }: RefundMoment): RefundStep {
  const { refund } = found;
  if (refund.runAt === null) return { kind: 'stop' };
  if (refund.runAt > now) return { kind: 'wait', until: refund.runAt };
  const open = openRefundAttempt(found);
  if (open !== null) {
    if (open.state === 'pending' || !isAbsentTwice(open, policy)) return { kind: 'look_up', attempt: open };
    return { kind: 'check_listing', attempt: open, to: absenceCountsFrom(open, policy) };
  }
  switch (refund.state) {
    case 'due':
      if (found.lastGeneration >= policy.generationsMax) {
        return { kind: 'quarantine', reason: `${policy.generationsMax} attempts came to nothing` };
      }
      return found.campaign.state === 'running' ? { kind: 'pre_flight' } : { kind: 'stop' };
    case 'in_flight':
    case 'pending':
      return { kind: 'quarantine', reason: `${refund.state}, but no attempt is open` };
    case 'succeeded': {
      const paid = found.attempts.find(({ state }) => state === 'succeeded');
      return paid === undefined ? { kind: 'stop' } : { kind: 'watch', attempt: paid };
    }
    case 'failed':
    case 'quarantined':
    case 'not_owed':
    case 'canceled':
      return { kind: 'stop' };
  }
}

/** Whether the same may be sent once more: never for a campaign that does not run, never after the horizon. */
export function mayResend(found: RefundCase, attempt: RefundAttempt, now: Instant): boolean {
  return attempt.state === 'sent' && now < attempt.horizonAt && found.campaign.state === 'running';
}
