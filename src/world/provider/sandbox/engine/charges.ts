import { DAY_MS } from '../../../../core/kernel/time.ts';
import { bookLine } from './balance.ts';
import { cardFace, cardOf } from './methods.ts';
import type { WireCharge, WirePaymentIntent } from './objects.ts';
import { cardBehind, type Desk, drawDelay, emit, insert, newId, seconds, setTimer, strikes, update } from './world.ts';

/** A charge of the intent that is not decided yet. */
export function openCharge(desk: Desk, intent: WirePaymentIntent): WireCharge {
  const charge: WireCharge = {
    id: newId(desk, 'ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    captured: false,
    created: seconds(desk.now),
    currency: intent.currency,
    customer: intent.customer,
    disputed: false,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: intent.metadata,
    outcome: { network_status: 'approved_by_network', reason: null, type: 'authorized' },
    paid: false,
    payment_intent: intent.id,
    payment_method: intent.payment_method,
    payment_method_details: { type: 'card', card: cardFace(cardBehind(desk, intent.payment_method ?? '')) },
    refunded: false,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'pending',
  };
  insert(desk, 'charges', charge);
  return charge;
}

/** Takes the money of a charge and books it; the provider's own mistake may take it a second time. */
export function capture(desk: Desk, charge: WireCharge, amount: number): void {
  bookCapture(desk, charge, amount);
  if (!strikes(desk, 'duplicateCapture', desk.profile.faults.duplicateCapture)) return;
  const twin: WireCharge = { ...charge, id: newId(desk, 'ch'), created: seconds(desk.now) };
  insert(desk, 'charges', twin);
  bookCapture(desk, twin, amount);
}

function bookCapture(desk: Desk, charge: WireCharge, amount: number): void {
  const line = bookLine(desk, { type: 'charge', amount, currency: charge.currency, source: charge.id });
  const captured: WireCharge = {
    ...charge,
    amount_captured: amount,
    amount_refunded: charge.amount - amount,
    balance_transaction: line.id,
    captured: true,
    paid: true,
    status: 'succeeded',
  };
  update(desk, 'charges', captured);
  emit(desk, 'charge.succeeded', captured);
  planDispute(desk, captured);
}

function planDispute(desk: Desk, charge: WireCharge): void {
  const { dispute } = cardOf(cardBehind(desk, charge.payment_method ?? '')).fate;
  const { disputes } = desk.profile;
  if (dispute !== null) setTimer(desk, dispute.kind, charge.id, desk.now + dispute.afterMs);
  else if (strikes(desk, 'dispute', { perMille: disputes.perMille, next: 0 })) {
    setTimer(desk, 'dispute_opens', charge.id, desk.now + drawDelay(desk, disputes.after, 'dispute'));
  }
}

/** The bank said no: the charge stays as a record, no money moved. */
export function settleDeclined(desk: Desk, charge: WireCharge, declineCode: string): void {
  const failed: WireCharge = {
    ...charge,
    failure_code: 'card_declined',
    failure_message: 'Your card was declined.',
    outcome: { network_status: 'declined_by_network', reason: declineCode, type: 'issuer_declined' },
    status: 'failed',
  };
  update(desk, 'charges', failed);
  emit(desk, 'charge.failed', failed);
}

/** How long a charge on the same day is undone as if it had never been: a reversal, without a reference number. */
export const REVERSAL_MS = DAY_MS;
