import { payOut } from './balance.ts';
import { settleDeclined } from './charges.ts';
import { decideDispute, openDispute, openInquiry } from './disputes.ts';
import { cancel, succeed } from './payment-intents.ts';
import { failRefund, giveReference, settleRefund } from './refunds.ts';
import type { Timer } from './state.ts';
import { type Desk, emit, held, update } from './world.ts';

/** What was planned happens. */
export function ring(desk: Desk, { what, subject }: Timer): void {
  switch (what) {
    case 'payment_succeeds':
    case 'payment_fails':
      decidePayment(desk, subject, what);
      break;
    case 'authorisation_expires':
      expire(desk, subject);
      break;
    case 'dispute_opens':
      openDispute(desk, subject);
      break;
    case 'inquiry_opens':
      openInquiry(desk, subject);
      break;
    case 'dispute_won':
      decideDispute(desk, { id: subject, status: 'won' });
      break;
    case 'dispute_lost':
      decideDispute(desk, { id: subject, status: 'lost' });
      break;
    case 'refund_succeeds':
      settleRefund(desk, subject);
      break;
    case 'refund_fails':
      failRefund(desk, subject);
      break;
    case 'refund_reference':
      giveReference(desk, subject);
      break;
    case 'payout':
      payOut(desk, subject);
      break;
  }
}

function decidePayment(desk: Desk, id: string, what: 'payment_succeeds' | 'payment_fails'): void {
  const intent = held(desk, 'paymentIntents', id);
  if (intent.status !== 'processing' || intent.latest_charge === null) return;
  const charge = held(desk, 'charges', intent.latest_charge);
  if (what === 'payment_succeeds') {
    succeed(desk, intent, charge);
    return;
  }
  settleDeclined(desk, charge, 'insufficient_funds');
  const failed = {
    ...intent,
    last_payment_error: {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'The payment failed.',
      charge: charge.id,
    },
    payment_method: null,
    status: 'requires_payment_method',
  } as const;
  update(desk, 'paymentIntents', failed);
  emit(desk, 'payment_intent.payment_failed', failed);
}

function expire(desk: Desk, id: string): void {
  const intent = held(desk, 'paymentIntents', id);
  if (intent.status === 'requires_capture') cancel(desk, intent, 'automatic');
}
