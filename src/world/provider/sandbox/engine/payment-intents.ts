import { capture, openCharge, settleDeclined } from './charges.ts';
import { type CardPlan, cardOf } from './methods.ts';
import type { WireCardError, WireCharge, WirePaymentIntent } from './objects.ts';
import type { Json } from './wire.ts';
import { answer, fieldsOf, invalid, missing, refused, type WireAnswer } from './wire.ts';
import { cardBehind, type Desk, emit, find, held, insert, newId, seconds, setTimer, update } from './world.ts';

type Form = Readonly<Record<string, string>>;

/** Stripe's bound: eight digits. */
const AMOUNT_MAX = 99_999_999;
const SUFFIX_LENGTH_MAX = 22;
/** Visa, merchant-initiated (docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
const AUTHORISATION_MS = 5 * 24 * 3600 * 1000;

/** POST /v1/payment_intents. With `confirm=true` the card is charged at once. */
export function createPaymentIntent(desk: Desk, form: Form): WireAnswer {
  const problem = problemOf(desk, form);
  if (problem !== null) return problem;
  const intent: WirePaymentIntent = {
    id: newId(desk, 'pi'),
    object: 'payment_intent',
    amount: Number(form.amount),
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: form.capture_method === 'manual' ? 'manual' : 'automatic',
    created: seconds(desk.now),
    currency: form.currency ?? '',
    customer: form.customer ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: fieldsOf(form, 'metadata'),
    payment_method: form.payment_method ?? null,
    payment_method_types: ['card'],
    statement_descriptor_suffix: form.statement_descriptor_suffix ?? null,
    status: form.payment_method === undefined ? 'requires_payment_method' : 'requires_confirmation',
  };
  insert(desk, 'paymentIntents', intent);
  emit(desk, 'payment_intent.created', intent);
  return form.confirm === 'true' ? confirm(desk, intent, form) : answer(intent as unknown as Json);
}

function problemOf(desk: Desk, form: Form): WireAnswer | null {
  const { amount, currency, customer, payment_method: method, statement_descriptor_suffix: suffix } = form;
  if (amount === undefined) return invalid('Missing required param: amount.', { param: 'amount' });
  if (!/^\d+$/.test(amount)) return invalid(`Invalid integer: ${amount}`, { param: 'amount' });
  if (Number(amount) < 1 || Number(amount) > AMOUNT_MAX) {
    return invalid('Amount out of range.', { param: 'amount', code: 'amount_too_large' });
  }
  if (currency === undefined) return invalid('Missing required param: currency.', { param: 'currency' });
  if (!/^[a-z]{3}$/.test(currency)) return invalid(`Invalid currency: ${currency}.`, { param: 'currency' });
  if (suffix !== undefined && suffix.length > SUFFIX_LENGTH_MAX) {
    return invalid('The statement descriptor suffix is too long.', { param: 'statement_descriptor_suffix' });
  }
  if (customer !== undefined && desk.profile.customers === 'registered' && find(desk, 'customers', customer) === null) {
    return notThere('customer', customer);
  }
  if (method !== undefined && !isMethod(desk, method)) return notThere('payment_method', method);
  return null;
}

/** Every test card is there by its name; other payment methods after they were attached. */
function isMethod(desk: Desk, id: string): boolean {
  return id.startsWith('pm_card_') || find(desk, 'paymentMethods', id) !== null;
}

function notThere(param: string, id: string): WireAnswer {
  return refused(`No such ${param}: '${id}'`, { code: 'resource_missing', param });
}

/** POST /v1/payment_intents/ID/confirm. */
export function confirmPaymentIntent(desk: Desk, id: string, form: Form): WireAnswer {
  const intent = find(desk, 'paymentIntents', id);
  if (intent === null) return missing('payment_intent', id);
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)) {
    return unexpectedState(intent, 'confirm');
  }
  return confirm(desk, { ...intent, payment_method: form.payment_method ?? intent.payment_method }, form);
}

function confirm(desk: Desk, intent: WirePaymentIntent, form: Form): WireAnswer {
  if (intent.payment_method === null) {
    return refused('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
      payment_intent: intent as unknown as Json,
    });
  }
  const { plan } = cardOf(cardBehind(desk, intent.payment_method));
  if (plan.kind === 'asks_customer') return askCustomer(desk, intent, form);
  if (plan.kind === 'waits_for_customer') return waitForCustomer(desk, intent);
  if (plan.kind === 'declines' && isDeclinedNow(desk, intent, plan)) return decline(desk, intent, plan);
  const charge = openCharge(desk, intent);
  if (plan.kind === 'processes') {
    const processing = { ...intent, latest_charge: charge.id, status: 'processing' } as const;
    update(desk, 'paymentIntents', processing);
    emit(desk, 'payment_intent.processing', processing);
    setTimer(desk, plan.ends, intent.id, desk.now + plan.forMs);
    return answer(processing as unknown as Json);
  }
  return answer(pay(desk, intent, charge) as unknown as Json);
}

function isDeclinedNow(desk: Desk, intent: WirePaymentIntent, plan: { readonly times: number }): boolean {
  const counter = `declines:${desk.account}/${intent.customer ?? ''}/${intent.payment_method ?? ''}`;
  if ((desk.tables.get('numbers', counter) ?? 0) >= plan.times) return false;
  desk.tables.count(counter, 1);
  return true;
}

/** Takes the money, or reserves it where capture is manual. */
function pay(desk: Desk, intent: WirePaymentIntent, charge: WireCharge): WirePaymentIntent {
  if (intent.capture_method === 'manual') {
    const reserved = {
      ...intent,
      amount_capturable: intent.amount,
      latest_charge: charge.id,
      status: 'requires_capture',
    } as const;
    update(desk, 'charges', { ...charge, status: 'succeeded', paid: true });
    update(desk, 'paymentIntents', reserved);
    setTimer(desk, 'authorisation_expires', intent.id, desk.now + AUTHORISATION_MS);
    emit(desk, 'payment_intent.amount_capturable_updated', reserved);
    return reserved;
  }
  return succeed(desk, intent, charge);
}

/** Books the charge as captured, whole. */
export function succeed(desk: Desk, intent: WirePaymentIntent, charge: WireCharge): WirePaymentIntent {
  const paid = {
    ...intent,
    amount_capturable: 0,
    amount_received: intent.amount,
    latest_charge: charge.id,
    status: 'succeeded',
  } as const;
  update(desk, 'paymentIntents', paid);
  capture(desk, charge, charge.amount);
  emit(desk, 'payment_intent.succeeded', paid);
  return paid;
}

function decline(desk: Desk, intent: WirePaymentIntent, plan: CardPlan & { kind: 'declines' }): WireAnswer {
  const charge = openCharge(desk, intent);
  settleDeclined(desk, charge, plan.declineCode);
  return fails(desk, intent, {
    type: 'card_error',
    code: plan.code,
    decline_code: plan.declineCode,
    message: 'Your card was declined.',
    charge: charge.id,
  });
}

/** Off-session, a card that asks for its holder is a decline; on-session the intent waits for him. */
function askCustomer(desk: Desk, intent: WirePaymentIntent, form: Form): WireAnswer {
  if (form.off_session === 'true' || form.error_on_requires_action === 'true') {
    return fails(desk, intent, {
      type: 'card_error',
      code: 'authentication_required',
      decline_code: 'authentication_required',
      message: 'Your card was declined. This transaction requires authentication.',
    });
  }
  return waitForCustomer(desk, intent);
}

function waitForCustomer(desk: Desk, intent: WirePaymentIntent): WireAnswer {
  const waiting = { ...intent, status: 'requires_action' } as const;
  update(desk, 'paymentIntents', waiting);
  emit(desk, 'payment_intent.requires_action', waiting);
  return answer(waiting as unknown as Json);
}

function fails(desk: Desk, intent: WirePaymentIntent, error: WireCardError): WireAnswer {
  const failed = {
    ...intent,
    last_payment_error: error,
    latest_charge: error.charge ?? intent.latest_charge,
    payment_method: null,
    status: 'requires_payment_method',
  } as const;
  update(desk, 'paymentIntents', failed);
  emit(desk, 'payment_intent.payment_failed', failed);
  return {
    ok: false,
    status: 402,
    isKept: true,
    error: { ...error, payment_intent: failed as unknown as Json },
  };
}

/** POST /v1/payment_intents/ID/cancel: whatever has not taken money and is not being decided. */
export function cancelPaymentIntent(desk: Desk, id: string, form: Form): WireAnswer {
  const intent = find(desk, 'paymentIntents', id);
  if (intent === null) return missing('payment_intent', id);
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing') {
    return unexpectedState(intent, 'cancel');
  }
  return answer(cancel(desk, intent, form.cancellation_reason ?? null) as unknown as Json);
}

export function cancel(desk: Desk, intent: WirePaymentIntent, reason: string | null): WirePaymentIntent {
  const canceled = {
    ...intent,
    amount_capturable: 0,
    canceled_at: seconds(desk.now),
    cancellation_reason: reason,
    status: 'canceled',
  } as const;
  if (intent.status === 'requires_capture' && intent.latest_charge !== null) {
    const charge = held(desk, 'charges', intent.latest_charge);
    update(desk, 'charges', { ...charge, amount_refunded: charge.amount, refunded: true });
  }
  update(desk, 'paymentIntents', canceled);
  emit(desk, 'payment_intent.canceled', canceled);
  return canceled;
}

/** POST /v1/payment_intents/ID/capture: once; what is not captured is released. */
export function capturePaymentIntent(desk: Desk, id: string, form: Form): WireAnswer {
  const intent = find(desk, 'paymentIntents', id);
  if (intent === null) return missing('payment_intent', id);
  if (intent.status !== 'requires_capture' || intent.latest_charge === null) return unexpectedState(intent, 'capture');
  const amount = Number(form.amount_to_capture ?? intent.amount);
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > intent.amount) {
    return invalid('The amount to capture is out of range.', { param: 'amount_to_capture' });
  }
  const captured = { ...intent, amount_capturable: 0, amount_received: amount, status: 'succeeded' } as const;
  update(desk, 'paymentIntents', captured);
  capture(desk, held(desk, 'charges', intent.latest_charge), amount);
  emit(desk, 'payment_intent.succeeded', captured);
  return answer(captured as unknown as Json);
}

function unexpectedState(intent: WirePaymentIntent, verb: string): WireAnswer {
  return refused(`You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: intent as unknown as Json,
  });
}
