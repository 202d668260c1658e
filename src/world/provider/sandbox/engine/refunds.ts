import { SECOND_MS } from '../../../../core/kernel/time.ts';
import { balanceOf, bookLine } from './balance.ts';
import { REVERSAL_MS } from './charges.ts';
import { cardOf } from './methods.ts';
import type { WireCharge, WireRefund } from './objects.ts';
import { answer, fieldsOf, invalid, type Json, missing, refused, type WireAnswer } from './wire.ts';
import {
  cardBehind,
  type Desk,
  drawDelay,
  emit,
  find,
  held,
  insert,
  newId,
  seconds,
  setTimer,
  strikes,
  update,
} from './world.ts';

type Form = Readonly<Record<string, string>>;

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'];
/** Visa and Mastercard give the reference of a refund one to three business days later. */
const REFERENCE_AFTER_MS = 2 * 24 * 3600 * SECOND_MS;

/** POST /v1/refunds: of a charge, or of a payment intent's latest. */
export function createRefund(desk: Desk, form: Form): WireAnswer {
  const { reason, amount: wanted } = form;
  if (reason !== undefined && !REASONS.includes(reason)) return invalid('Invalid reason.', { param: 'reason' });
  if (wanted !== undefined && !/^[1-9]\d*$/.test(wanted)) {
    return invalid(`Invalid integer: ${wanted}`, { param: 'amount' });
  }
  const chargeId = form.charge ?? chargeOfIntent(desk, form.payment_intent ?? '');
  if (chargeId === null) return invalid('One of charge or payment_intent must be provided.', {});
  const charge = find(desk, 'charges', chargeId);
  if (charge === null) return missing('charge', chargeId);
  const amount = Number(wanted ?? charge.amount - charge.amount_refunded);
  return refusalOf(desk, charge, amount) ?? make(desk, charge, amount, form);
}

function chargeOfIntent(desk: Desk, intentId: string): string | null {
  return find(desk, 'paymentIntents', intentId)?.latest_charge ?? null;
}

function refusalOf(desk: Desk, charge: WireCharge, amount: number): WireAnswer | null {
  const { refunds } = desk.profile;
  if (!charge.paid || !charge.captured) return refused('This charge was not captured: cancel it instead.', {});
  if (charge.disputed) return refused(`Charge ${charge.id} has been charged back.`, { code: 'charge_disputed' });
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    return refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (amount > left) {
    return refused(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
  if (desk.now - charge.created * SECOND_MS > refunds.windowMs) {
    return refused('The charge is too old to be refunded.', { code: 'refund_time_limit_exceeded' });
  }
  if (refunds.parts === 'full_only' && amount !== charge.amount_captured) {
    return refused('Partial refunds are not supported for this payment.', { param: 'amount' });
  }
  if (cardOf(cardBehind(desk, charge.payment_method ?? '')).fate.refund === 'refused_closed') {
    return refused('The account of this card is closed.', { code: 'expired_or_canceled_card' });
  }
  if (refunds.whenBalanceShort === 'refused' && balanceOf(desk, charge.currency) < amount) {
    return refused('You have insufficient funds in your account for this refund.', { code: 'balance_insufficient' });
  }
  return null;
}

function make(desk: Desk, charge: WireCharge, amount: number, form: Form): WireAnswer {
  const short = balanceOf(desk, charge.currency) < amount;
  const { refund: fate, refundAfterMs } = cardOf(cardBehind(desk, charge.payment_method ?? '')).fate;
  const waitMs = fate === 'pending_first' ? refundAfterMs : drawDelay(desk, desk.profile.refunds.pendingFor, 'refund');
  const isReversal = desk.now - charge.created * SECOND_MS < REVERSAL_MS;
  const pending: WireRefund = {
    id: newId(desk, 're'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: seconds(desk.now),
    currency: charge.currency,
    destination_details: {
      type: 'card',
      card: isReversal
        ? { type: 'reversal', reference_status: 'unavailable' }
        : { type: 'refund', reference_status: 'pending' },
    },
    metadata: fieldsOf(form, 'metadata'),
    payment_intent: charge.payment_intent,
    ...(short ? { pending_reason: 'insufficient_funds' } : { pending_reason: 'processing' }),
    reason: form.reason ?? null,
    status: 'pending',
  };
  insert(desk, 'refunds', pending);
  const refundedNow = charge.amount_refunded + amount;
  update(desk, 'charges', { ...charge, amount_refunded: refundedNow, refunded: refundedNow === charge.amount });
  if (short || waitMs > 0) {
    emit(desk, 'refund.created', pending);
    setTimer(desk, 'refund_succeeds', pending.id, desk.now + Math.max(waitMs, short ? RETRY_BALANCE_MS : 0));
    return answer(pending as unknown as Json);
  }
  return answer(succeedRefund(desk, pending) as unknown as Json);
}

/** How often a refund that waits for funds looks at the balance again. */
const RETRY_BALANCE_MS = 3600 * SECOND_MS;

/** The refund leaves the balance; it waits on while the balance is short. */
export function settleRefund(desk: Desk, id: string): void {
  const refund = held(desk, 'refunds', id);
  if (refund.status !== 'pending') return;
  if (balanceOf(desk, refund.currency) < refund.amount) {
    setTimer(desk, 'refund_succeeds', id, desk.now + RETRY_BALANCE_MS);
    return;
  }
  succeedRefund(desk, refund);
}

function succeedRefund(desk: Desk, refund: WireRefund): WireRefund {
  const line = bookLine(desk, { type: 'refund', amount: -refund.amount, currency: refund.currency, source: refund.id });
  const { pending_reason: _, ...rest } = refund;
  const done: WireRefund = { ...rest, balance_transaction: line.id, status: 'succeeded' };
  update(desk, 'refunds', done);
  emit(desk, 'refund.updated', done);
  emit(desk, 'charge.refunded', held(desk, 'charges', refund.charge));
  planWhatFollows(desk, done);
  return done;
}

function planWhatFollows(desk: Desk, refund: WireRefund): void {
  const charge = held(desk, 'charges', refund.charge);
  const { fate } = cardOf(cardBehind(desk, charge.payment_method ?? ''));
  const { lateFailure, lateFailureAfter } = desk.profile.refunds;
  if (fate.refund === 'fails_late') setTimer(desk, 'refund_fails', refund.id, desk.now + fate.refundAfterMs);
  else if (strikes(desk, 'refundLateFailure', lateFailure)) {
    setTimer(desk, 'refund_fails', refund.id, desk.now + drawDelay(desk, lateFailureAfter, 'late refund failure'));
  }
  if (refund.destination_details.card.type === 'refund') {
    setTimer(desk, 'refund_reference', refund.id, desk.now + REFERENCE_AFTER_MS);
  }
}

/** The customer's bank sends the money back: it is ours again, the customer has nothing. */
export function failRefund(desk: Desk, id: string): void {
  const refund = held(desk, 'refunds', id);
  if (refund.status !== 'succeeded' && refund.status !== 'pending') return;
  const line =
    refund.status === 'succeeded'
      ? bookLine(desk, { type: 'refund_failure', amount: refund.amount, currency: refund.currency, source: refund.id })
      : null;
  const failed: WireRefund = {
    ...refund,
    ...(line === null ? {} : { failure_balance_transaction: line.id }),
    failure_reason: 'expired_or_canceled_card',
    status: 'failed',
  };
  update(desk, 'refunds', failed);
  const charge = held(desk, 'charges', refund.charge);
  update(desk, 'charges', { ...charge, amount_refunded: charge.amount_refunded - refund.amount, refunded: false });
  emit(desk, 'refund.failed', failed);
}

/** The acquirer's reference number (ARN) arrives. */
export function giveReference(desk: Desk, id: string): void {
  const refund = held(desk, 'refunds', id);
  if (refund.status !== 'succeeded') return;
  const reference = `7${String(seconds(desk.now)).padStart(12, '0')}${id.slice(-10)}`;
  const card = { type: 'refund', reference_status: 'available', reference } as const;
  const told: WireRefund = { ...refund, destination_details: { type: 'card', card } };
  update(desk, 'refunds', told);
  emit(desk, 'refund.updated', told);
}
