import { type Instant, SECOND_MS } from '../../../core/kernel/time.ts';
import type { ProviderLedgerLine, ProviderPayment } from '../../../flow/ports/provider.ts';
import { fromWireAmount } from './exponent.ts';
import { idOf, type Loose, numberOf, recordOf, textOf, textsOf } from './loose.ts';

/** The provider's objects as payments and ledger lines. Pure, shared with the simulator's twin. */
export const STRIPE = 'stripe';

const instantOf = (value: unknown): Instant => (numberOf(value) ?? 0) * SECOND_MS;

const amountOf = (value: unknown, object: Loose) => fromWireAmount(numberOf(value) ?? 0, textOf(object.currency) ?? '');

/** A charge. Only what is captured took money: an authorisation is pending, a released one cancelled. */
export function readChargePayment(charge: Loose, merchantAccount: string): ProviderPayment {
  const isCaptured = charge.captured === true;
  return {
    provider: STRIPE,
    merchantAccount,
    providerRef: idOf(charge) ?? '',
    kind: 'charge',
    parentRef: null,
    status: chargeStatus(charge),
    amount: amountOf(isCaptured ? charge.amount_captured : charge.amount, charge),
    createdAt: instantOf(charge.created),
    code: textOf(recordOf(charge.outcome)?.reason) ?? textOf(charge.failure_code),
    metadata: textsOf(charge.metadata),
  };
}

function chargeStatus(charge: Loose): ProviderPayment['status'] {
  if (charge.status === 'failed') return 'failed';
  if (charge.status !== 'succeeded') return 'pending';
  if (charge.captured === true) return 'succeeded';
  return charge.refunded === true ? 'canceled' : 'pending';
}

/** A payment intent that has no charge yet, or whose charge was not asked for. */
export function readIntentPayment(intent: Loose, merchantAccount: string): ProviderPayment {
  const isPaid = intent.status === 'succeeded';
  const error = recordOf(intent.last_payment_error);
  return {
    provider: STRIPE,
    merchantAccount,
    providerRef: idOf(intent.latest_charge) ?? idOf(intent) ?? '',
    kind: 'charge',
    parentRef: null,
    status: intentStatus(intent),
    amount: amountOf(isPaid ? intent.amount_received : intent.amount, intent),
    createdAt: instantOf(intent.created),
    code: textOf(error?.decline_code) ?? textOf(error?.code),
    metadata: textsOf(intent.metadata),
  };
}

function intentStatus(intent: Loose): ProviderPayment['status'] {
  if (intent.status === 'succeeded') return 'succeeded';
  if (intent.status === 'canceled') return 'canceled';
  const isDeclined = intent.status === 'requires_payment_method' && recordOf(intent.last_payment_error) !== null;
  return isDeclined ? 'failed' : 'pending';
}

/** A refund. `requires_action` waits for the customer: pending. */
export function readRefundPayment(refund: Loose, merchantAccount: string): ProviderPayment {
  const { status } = refund;
  return {
    provider: STRIPE,
    merchantAccount,
    providerRef: idOf(refund) ?? '',
    kind: 'refund',
    parentRef: idOf(refund.charge),
    status: status === 'succeeded' || status === 'failed' || status === 'canceled' ? status : 'pending',
    amount: amountOf(refund.amount, refund),
    createdAt: instantOf(refund.created),
    code: textOf(refund.failure_reason) ?? textOf(refund.pending_reason),
    metadata: textsOf(refund.metadata),
  };
}

/** A dispute: the money taken back by the bank and, where it was won, given again. An inquiry takes none: pending. */
export function readDisputePayments(dispute: Loose, merchantAccount: string): readonly ProviderPayment[] {
  const status = textOf(dispute.status) ?? '';
  const chargeback: ProviderPayment = {
    provider: STRIPE,
    merchantAccount,
    providerRef: idOf(dispute) ?? '',
    kind: 'chargeback',
    parentRef: idOf(dispute.charge),
    status: disputeStatus(status),
    amount: amountOf(dispute.amount, dispute),
    createdAt: instantOf(dispute.created),
    code: textOf(dispute.reason),
    metadata: textsOf(dispute.metadata),
  };
  if (status !== 'won') return [chargeback];
  return [
    chargeback,
    {
      ...chargeback,
      providerRef: `${chargeback.providerRef}:won`,
      kind: 'chargeback_reversal',
      createdAt: backAt(dispute),
    },
  ];
}

function disputeStatus(status: string): ProviderPayment['status'] {
  if (status === 'warning_closed' || status === 'prevented') return 'canceled';
  return status.startsWith('warning_') ? 'pending' : 'succeeded';
}

/** When the money of a won dispute came back: its last line in the ledger. */
function backAt(dispute: Loose): Instant {
  const lines = Array.isArray(dispute.balance_transactions) ? dispute.balance_transactions : [];
  return instantOf(recordOf(lines.at(-1))?.created ?? dispute.created);
}

/** A balance transaction. */
export function readLedgerLine(line: Loose, merchantAccount: string): ProviderLedgerLine {
  return {
    provider: STRIPE,
    merchantAccount,
    lineId: idOf(line) ?? '',
    paymentRef: idOf(line.source) ?? '',
    kind: lineKind(line),
    amount: amountOf(line.amount, line),
    fee: amountOf(line.fee, line),
    bookedAt: instantOf(line.created),
  };
}

/** By the provider's type; disputes are adjustments there, told by their category and their sign. */
function lineKind(line: Loose): ProviderLedgerLine['kind'] {
  switch (line.type) {
    case 'charge':
    case 'payment':
      return 'charge';
    case 'refund':
    case 'payment_refund':
    case 'refund_failure':
    case 'payment_failure_refund':
      return 'refund';
    case 'payout':
    case 'payout_failure':
      return 'payout';
    case 'adjustment': {
      const isDispute = textOf(line.reporting_category)?.startsWith('dispute') === true;
      if (!isDispute) return 'other';
      return (numberOf(line.amount) ?? 0) < 0 ? 'chargeback' : 'chargeback_reversal';
    }
    default:
      return 'other';
  }
}
