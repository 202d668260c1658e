import type { RefundCase, RefundChange } from '../refund.ts';
import type { RefundMoment } from './policy.ts';

/** The failure code of an attempt that was proven never to have become a refund. */
export const ABSENT = 'absent';

/** Our balance at the provider does not suffice: nothing is wrong with the customer's card. */
const BALANCE_TOO_LOW: ReadonlySet<string> = new Set(['balance_insufficient', 'insufficient_funds']);

/** A bank has the charge in its hands (docs.stripe.com/error-codes, and failure_reason of refunds). */
const DISPUTED: ReadonlySet<string> = new Set([
  'charge_disputed',
  'refund_disputed_payment',
  'charge_for_pending_refund_disputed',
]);

/** Somebody else gave it back meanwhile: the pre-flight read of the next try counts it. */
const RETURNED: ReadonlySet<string> = new Set(['charge_already_refunded']);

export type AfterFailure = Pick<RefundChange, 'state' | 'reason' | 'runAt' | 'halts'>;

/**
 * What follows from a final failure of an attempt. Only what says nothing about the customer's card makes it due again,
 * as the next generation, after a new pre-flight read; a dead card is never tried again (trap 18).
 */
export function afterFailure(found: RefundCase, code: string | null, { now, policy }: RefundMoment): AfterFailure {
  const said = code ?? 'failed';
  if (DISPUTED.has(said)) {
    return {
      state: 'quarantined',
      reason: `nothing is sent while a dispute is open: ${said}`,
      runAt: null,
      halts: null,
    };
  }
  if (BALANCE_TOO_LOW.has(said)) {
    const halts = 'our balance at the provider is too low: fund it, then resume';
    return again(found, {
      reason: 'our balance at the provider was too low',
      runAt: now + policy.balanceWaitMs,
      halts,
    });
  }
  if (said === ABSENT || RETURNED.has(said)) return again(found, { reason: said, runAt: now, halts: null });
  return { state: 'failed', reason: `needs customer: ${said}`, runAt: null, halts: null };
}

/** A campaign that is over begins nothing any more. */
function again({ campaign }: RefundCase, due: Omit<AfterFailure, 'state'>): AfterFailure {
  const isOver = campaign.state === 'stopped' || campaign.state === 'done';
  return isOver ? { ...due, state: 'canceled', runAt: null } : { ...due, state: 'due' };
}
