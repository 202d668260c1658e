import type { EvidenceSource, Observation } from '../../../core/fact/observation.ts';
import type { Instant } from '../../../core/kernel/time.ts';
import { fromWireAmount } from './exponent.ts';
import { fieldOf, idOf, type Loose, numberOf, recordOf, sayCode, textOf } from './loose.ts';

/**
 * What the provider's answers say about one attempt. Pure: the adapter (over the SDK) and the simulator's twin (over
 * the engine) read with the same rules.
 *
 * The rule of all rules: an outcome is final only if the provider says so about *this payment*. Silence, 5xx, 409, 429,
 * pages of proxies, refusals of a key and requests that it does not understand are `unknown`.
 */
export interface Reading {
  readonly source: EvidenceSource;
  readonly at: Instant;
  readonly merchantAccount: string;
}

/** An answer as it came: status and body, whatever it is. */
export interface WireReply {
  readonly status: number;
  /** Parsed JSON; a text where it was none. */
  readonly body: unknown;
}

/** The metadata field that carries our reference. */
export const REFERENCE_FIELD = 'reference';

/** The answer to a charge, or to the fetch of one payment intent. */
export function readCharge(reply: WireReply, reading: Reading): Observation {
  const body = recordOf(reply.body);
  if (body === null) return unknown(reading, `HTTP ${reply.status} with a body that is no object`);
  if (reply.status >= 200 && reply.status < 300) {
    if (body.object === 'payment_intent') return readPaymentIntent(body, reading);
    return unknown(reading, `HTTP ${reply.status} without a payment intent`);
  }
  const error = recordOf(body.error);
  if (error === null) return unknown(reading, `HTTP ${reply.status} without an error object`);
  return readError(reply.status, error, reading);
}

function readError(status: number, error: Loose, reading: Reading): Observation {
  const said = `HTTP ${status} ${sayCode(error)}`;
  if (status === 402 && error.type === 'card_error') return readCardError(error, reading, said);
  if (error.type === 'idempotency_error') {
    // Another request under our key: somebody changed the body. No resend can answer; a person must look.
    return { ...unknown(reading, `${said}: the key was used for another request`), declineCode: 'idempotency_error' };
  }
  const code = textOf(error.code) ?? '';
  // The customer or his payment method is not there (any more): nothing was taken, and nothing can be.
  const isAboutMethod = error.param === 'payment_method' || error.param === 'customer';
  if ((status === 400 || status === 404) && code === 'resource_missing' && isAboutMethod) {
    return { ...unknown(reading, `${said}: ${error.param}`), outcome: 'failed_final', declineCode: code };
  }
  if (status === 400 && AMOUNT_REFUSED.has(code)) {
    return { ...unknown(reading, said), outcome: 'failed_final', declineCode: code };
  }
  return unknown(reading, said);
}

/** The amount lies outside what the provider takes of anybody (docs.stripe.com/error-codes): equal for every resend. */
const AMOUNT_REFUSED: ReadonlySet<string> = new Set(['amount_too_small', 'amount_too_large']);

/** A decline counts only with the payment intent in it, in a state in which it takes no money by itself. */
function readCardError(error: Loose, reading: Reading, said: string): Observation {
  const intent = recordOf(error.payment_intent);
  if (intent === null) return unknown(reading, `${said} without its payment intent`);
  const seen = readPaymentIntent(intent, reading);
  if (seen.outcome !== 'failed_final') return { ...seen, detail: `${said}, ${seen.detail}` };
  const declineCode = textOf(error.decline_code) ?? textOf(error.code) ?? 'declined';
  return { ...seen, declineCode, detail: `declined: ${declineCode}` };
}

/**
 * A payment intent by its status.
 *
 * `requires_payment_method` after an error: declined, and it takes money later only if somebody confirms it, which
 * Storno never does; its client secret is never handed out. `requires_action` and `requires_confirmation` could still
 * be completed by the customer or by a request on its way: pending, until it is cancelled.
 */
export function readPaymentIntent(intent: Loose, reading: Reading): Observation {
  const status = textOf(intent.status) ?? '';
  const currency = textOf(intent.currency) ?? '';
  const seen: Observation = {
    source: reading.source,
    at: reading.at,
    outcome: 'pending',
    providerRef: idOf(intent.latest_charge) ?? idOf(intent),
    amount: null,
    merchantAccount: reading.merchantAccount,
    declineCode: null,
    detail: `payment intent is ${status}`,
  };
  if (status === 'succeeded') {
    const amount = fromWireAmount(numberOf(intent.amount_received) ?? 0, currency);
    return { ...seen, outcome: 'succeeded', amount };
  }
  if (status === 'canceled') {
    const reason = errorCodeOf(intent) ?? 'canceled';
    return { ...seen, outcome: 'failed_final', declineCode: reason };
  }
  if (status === 'requires_payment_method' && recordOf(intent.last_payment_error) !== null) {
    return { ...seen, outcome: 'failed_final', declineCode: errorCodeOf(intent) ?? 'declined' };
  }
  if (PENDING.has(status)) return seen;
  return { ...seen, outcome: 'unknown', detail: `payment intent in a state unknown to us: ${status}` };
}

const PENDING: ReadonlySet<string> = new Set([
  'processing',
  'requires_action',
  'requires_capture',
  'requires_confirmation',
  'requires_payment_method',
]);

/** Whether the intent waits for its customer: it is ended by cancelling it. */
export function awaitsCustomer(intent: Loose): boolean {
  return intent.status === 'requires_action';
}

function errorCodeOf(intent: Loose): string | null {
  const error = recordOf(intent.last_payment_error);
  return error === null ? null : (textOf(error.decline_code) ?? textOf(error.code));
}

/**
 * Those of a complete listing that bear our reference, as one observation. More than one means that the provider took
 * the same request twice: what took money comes first, then what may still take it, and the detail says so.
 */
export function readLookUp(intents: readonly unknown[], reference: string, reading: Reading): Observation {
  const ours = intents
    .map((intent) => recordOf(intent))
    .filter((intent) => intent !== null)
    .filter((intent) => fieldOf(intent.metadata, REFERENCE_FIELD) === reference)
    .map((intent) => readPaymentIntent(intent, reading))
    .sort((a, b) => BY_WEIGHT.indexOf(a.outcome) - BY_WEIGHT.indexOf(b.outcome));
  const [first] = ours;
  if (first === undefined) {
    return { ...unknown(reading, 'no payment with this reference'), outcome: 'absent' };
  }
  if (ours.length === 1) return first;
  return { ...first, detail: `${first.detail}; ${ours.length} payments bear this reference` };
}

const BY_WEIGHT: readonly Observation['outcome'][] = ['succeeded', 'pending', 'unknown', 'failed_final', 'absent'];

/** The answer to a refund: as with charges, only what the provider says about this refund is final. */
export function readRefund(reply: WireReply, reading: Reading): Observation {
  const body = recordOf(reply.body);
  const error = recordOf(body?.error);
  if (body === null || (body.object !== 'refund' && error === null)) {
    return unknown(reading, `HTTP ${reply.status} without a refund`);
  }
  if (error !== null) {
    const said = `HTTP ${reply.status} ${sayCode(error)}`;
    const code = textOf(error.code) ?? '';
    if (reply.status !== 400 || !REFUND_REFUSED.has(code)) return unknown(reading, said);
    return { ...unknown(reading, said), outcome: 'failed_final', declineCode: code };
  }
  return readRefundObject(body, reading);
}

/** Refusals that are about the charge, not about the request: this refund was not and will not be made. */
const REFUND_REFUSED: ReadonlySet<string> = new Set([
  'charge_disputed',
  'charge_not_refundable',
  'refund_disputed_payment',
  'charge_already_refunded',
  'refund_time_limit_exceeded',
  'expired_or_canceled_card',
  'balance_insufficient',
]);

function readRefundObject(refund: Loose, reading: Reading): Observation {
  const status = textOf(refund.status) ?? '';
  const seen: Observation = {
    source: reading.source,
    at: reading.at,
    outcome: 'pending',
    providerRef: idOf(refund),
    amount: null,
    merchantAccount: reading.merchantAccount,
    declineCode: null,
    detail: `refund is ${status}`,
  };
  if (status === 'succeeded') {
    const amount = fromWireAmount(numberOf(refund.amount) ?? 0, textOf(refund.currency) ?? '');
    return { ...seen, outcome: 'succeeded', amount };
  }
  if (status === 'failed' || status === 'canceled') {
    return { ...seen, outcome: 'failed_final', declineCode: textOf(refund.failure_reason) ?? status };
  }
  const why = textOf(refund.pending_reason);
  return why === null ? seen : { ...seen, detail: `refund is ${status}: ${why}` };
}

/** Nothing is known: what happened instead, in one sentence. */
export function unknown(reading: Reading, detail: string): Observation {
  return {
    source: reading.source,
    at: reading.at,
    outcome: 'unknown',
    providerRef: null,
    amount: null,
    merchantAccount: null,
    declineCode: null,
    detail,
  };
}
