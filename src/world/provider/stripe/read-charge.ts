import { SECOND_MS } from '../../../core/kernel/time.ts';
import type { ChargeState, SeenDispute, SeenRefund } from '../../../core/remedy/refund/charge-state.ts';
import type { Reply } from './calls.ts';
import { fromWireAmount } from './exponent.ts';
import { idOf, type Loose, numberOf, recordOf, textOf, textsOf } from './loose.ts';

/** Whether the provider says that this account has no such charge; any other 404 is a proxy's. */
export function isMissing(reply: Reply): boolean {
  if (reply.kind !== 'answer' || reply.status !== 404) return false;
  return recordOf(recordOf(reply.body)?.error)?.code === 'resource_missing';
}

/** A charge with what was done to it. Pure, shared with the simulator's twin. */
export function readChargeState(
  charge: Loose,
  done: { readonly refunds: readonly Loose[]; readonly disputes: readonly Loose[] },
): ChargeState {
  const captured = charge.captured === true ? charge.amount_captured : 0;
  // What was authorised and not captured counts there as refunded, though it was never taken.
  const released = (numberOf(charge.amount) ?? 0) - (numberOf(charge.amount_captured) ?? 0);
  const refunded = Math.max(0, (numberOf(charge.amount_refunded) ?? 0) - (charge.captured === true ? released : 0));
  return {
    providerRef: idOf(charge) ?? '',
    captured: amountOf(captured, charge),
    refundedMinor: amountOf(refunded, charge).amountMinor,
    refunds: done.refunds.map(readSeenRefund),
    disputes: done.disputes.map(readSeenDispute),
  };
}

function readSeenRefund(refund: Loose): SeenRefund {
  const { status } = refund;
  return {
    providerRef: idOf(refund) ?? '',
    amount: amountOf(refund.amount, refund),
    status: status === 'succeeded' || status === 'failed' || status === 'canceled' ? status : 'pending',
    metadata: textsOf(refund.metadata),
    failureCode: textOf(refund.failure_reason),
    createdAt: (numberOf(refund.created) ?? 0) * SECOND_MS,
  };
}

function readSeenDispute(dispute: Loose): SeenDispute {
  return {
    providerRef: idOf(dispute) ?? '',
    amount: amountOf(dispute.amount, dispute),
    status: disputeStatus(textOf(dispute.status) ?? ''),
  };
}

/** A status that is not known here may hold the money: it counts as open. */
function disputeStatus(status: string): SeenDispute['status'] {
  if (status === 'won' || status === 'lost') return status;
  if (status === 'warning_closed' || status === 'prevented') return 'withdrawn';
  return status.startsWith('warning_') ? 'inquiry' : 'open';
}

const amountOf = (value: unknown, object: Loose) => fromWireAmount(numberOf(value) ?? 0, textOf(object.currency) ?? '');
