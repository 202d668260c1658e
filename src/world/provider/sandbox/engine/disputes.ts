import { bookLine } from './balance.ts';
import type { WireDispute } from './objects.ts';
import { answer, type Json, missing, refused, type WireAnswer } from './wire.ts';
import { type Desk, emit, find, held, insert, newId, seconds, setTimer, update } from './world.ts';

/** The customer's bank takes the money back at once, until the dispute is decided. */
export function openDispute(desk: Desk, chargeId: string): void {
  const charge = held(desk, 'charges', chargeId);
  if (charge.disputed || !charge.paid) return;
  const id = newId(desk, 'dp');
  const line = bookLine(desk, {
    type: 'adjustment',
    amount: -charge.amount_captured,
    currency: charge.currency,
    source: id,
  });
  const dispute: WireDispute = {
    ...disputeOf(desk, chargeId, id),
    balance_transactions: [line],
    status: 'needs_response',
  };
  insert(desk, 'disputes', dispute);
  update(desk, 'charges', { ...charge, disputed: true });
  emit(desk, 'charge.dispute.created', dispute);
  emit(desk, 'charge.dispute.funds_withdrawn', dispute);
  const { decidedAfterMs, lostPerMille } = desk.profile.disputes;
  const end = desk.chance.int(1000, 'dispute decided') < lostPerMille ? 'dispute_lost' : 'dispute_won';
  setTimer(desk, end, id, desk.now + decidedAfterMs);
}

/** A question of the bank before a dispute: no money moves, the charge may still be refunded. */
export function openInquiry(desk: Desk, chargeId: string): void {
  const charge = held(desk, 'charges', chargeId);
  if (charge.disputed || !charge.paid) return;
  const id = newId(desk, 'dp');
  const inquiry: WireDispute = {
    ...disputeOf(desk, chargeId, id),
    is_charge_refundable: true,
    status: 'warning_needs_response',
  };
  insert(desk, 'disputes', inquiry);
  emit(desk, 'charge.dispute.created', inquiry);
}

function disputeOf(desk: Desk, chargeId: string, id: string): WireDispute {
  const charge = held(desk, 'charges', chargeId);
  return {
    id,
    object: 'dispute',
    amount: charge.amount_captured,
    balance_transactions: [],
    charge: charge.id,
    created: seconds(desk.now),
    currency: charge.currency,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: 'duplicate',
    status: 'needs_response',
  };
}

/** The bank's word. Won: the money comes back. */
export function decideDispute(
  desk: Desk,
  { id, status }: { readonly id: string; readonly status: 'won' | 'lost' },
): void {
  const dispute = held(desk, 'disputes', id);
  if (dispute.status === 'won' || dispute.status === 'lost') return;
  const back =
    status === 'lost'
      ? []
      : [bookLine(desk, { type: 'adjustment', amount: dispute.amount, currency: dispute.currency, source: id })];
  const closed: WireDispute = {
    ...dispute,
    balance_transactions: [...dispute.balance_transactions, ...back],
    status,
  };
  update(desk, 'disputes', closed);
  if (status === 'won') emit(desk, 'charge.dispute.funds_reinstated', closed);
  emit(desk, 'charge.dispute.closed', closed);
}

/** POST /v1/disputes/ID/close: we give in. */
export function closeDispute(desk: Desk, id: string): WireAnswer {
  const dispute = find(desk, 'disputes', id);
  if (dispute === null) return missing('dispute', id);
  if (dispute.status !== 'needs_response') return refused('This dispute is already closed.', {});
  decideDispute(desk, { id, status: 'lost' });
  return answer(held(desk, 'disputes', id) as unknown as Json);
}
