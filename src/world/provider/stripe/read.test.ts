import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../core/fact/observation.ts';
import { type Reading, readCharge, readLookUp, readRefund } from './read.ts';

const READING: Reading = { source: 'answer', at: 1000, merchantAccount: 'milan' };

const intent = (fields: object) => ({
  object: 'payment_intent',
  id: 'pi_1',
  amount: 1450,
  amount_received: 0,
  currency: 'eur',
  latest_charge: null,
  last_payment_error: null,
  metadata: {},
  ...fields,
});
const declined = intent({
  status: 'requires_payment_method',
  latest_charge: 'ch_1',
  last_payment_error: { code: 'card_declined', decline_code: 'lost_card' },
});
const cardError = (fields: object) => ({ error: { type: 'card_error', code: 'card_declined', ...fields } });

interface Row {
  readonly title: string;
  readonly status: number;
  readonly body: unknown;
  readonly outcome: Observation['outcome'];
  readonly code?: string;
  readonly ref?: string;
}

/** Every answer that a charge can get, and what it says about money. */
const ROWS: readonly Row[] = [
  {
    title: 'succeeded, with its charge',
    status: 200,
    body: intent({ status: 'succeeded', amount_received: 1450, latest_charge: 'ch_1' }),
    outcome: 'succeeded',
    ref: 'ch_1',
  },
  {
    title: 'succeeded, the charge expanded',
    status: 200,
    body: intent({ status: 'succeeded', amount_received: 1450, latest_charge: { id: 'ch_1' } }),
    outcome: 'succeeded',
    ref: 'ch_1',
  },
  { title: 'processing', status: 200, body: intent({ status: 'processing' }), outcome: 'pending', ref: 'pi_1' },
  { title: 'authorised only', status: 200, body: intent({ status: 'requires_capture' }), outcome: 'pending' },
  { title: 'waits for the customer', status: 200, body: intent({ status: 'requires_action' }), outcome: 'pending' },
  { title: 'not confirmed yet', status: 200, body: intent({ status: 'requires_confirmation' }), outcome: 'pending' },
  {
    title: 'without a method and without an error: somebody may still be at it',
    status: 200,
    body: intent({ status: 'requires_payment_method' }),
    outcome: 'pending',
  },
  { title: 'declined', status: 200, body: declined, outcome: 'failed_final', code: 'lost_card', ref: 'ch_1' },
  { title: 'cancelled', status: 200, body: intent({ status: 'canceled' }), outcome: 'failed_final', code: 'canceled' },
  { title: 'a state of the future', status: 200, body: intent({ status: 'levitating' }), outcome: 'unknown' },
  { title: '200 with another object', status: 200, body: { object: 'charge', id: 'ch_1' }, outcome: 'unknown' },
  { title: '200 with a text', status: 200, body: 'OK', outcome: 'unknown' },
  {
    title: 'a decline with its payment intent',
    status: 402,
    body: cardError({ decline_code: 'lost_card', payment_intent: declined }),
    outcome: 'failed_final',
    code: 'lost_card',
    ref: 'ch_1',
  },
  {
    title: 'a decline without a decline code',
    status: 402,
    body: { error: { type: 'card_error', code: 'expired_card', payment_intent: declined } },
    outcome: 'failed_final',
    code: 'expired_card',
  },
  { title: 'a decline without its payment intent', status: 402, body: cardError({}), outcome: 'unknown' },
  {
    title: 'a decline whose payment intent is still processing',
    status: 402,
    body: cardError({ payment_intent: intent({ status: 'processing' }) }),
    outcome: 'pending',
  },
  {
    title: 'a decline whose payment intent has succeeded',
    status: 402,
    body: cardError({ payment_intent: intent({ status: 'succeeded', amount_received: 1450 }) }),
    outcome: 'succeeded',
  },
  {
    title: 'a card error under another status',
    status: 500,
    body: cardError({ payment_intent: declined }),
    outcome: 'unknown',
  },
  {
    title: 'the key used for another request',
    status: 400,
    body: { error: { type: 'idempotency_error' } },
    outcome: 'unknown',
    code: 'idempotency_error',
  },
  {
    title: 'the key in use',
    status: 409,
    body: { error: { type: 'invalid_request_error', code: 'idempotency_key_in_use' } },
    outcome: 'unknown',
  },
  {
    title: 'the payment method is gone',
    status: 400,
    body: { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'payment_method' } },
    outcome: 'failed_final',
    code: 'resource_missing',
  },
  {
    title: 'less than the provider takes',
    status: 400,
    body: { error: { type: 'invalid_request_error', code: 'amount_too_small', param: 'amount' } },
    outcome: 'failed_final',
    code: 'amount_too_small',
  },
  {
    title: 'such words under another status',
    status: 500,
    body: { error: { type: 'api_error', code: 'amount_too_small', param: 'amount' } },
    outcome: 'unknown',
  },
  {
    title: 'something else is missing',
    status: 404,
    body: { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'on_behalf_of' } },
    outcome: 'unknown',
  },
  {
    title: 'a parameter of ours is wrong',
    status: 400,
    body: { error: { type: 'invalid_request_error', param: 'amount' } },
    outcome: 'unknown',
  },
  { title: 'no right to', status: 403, body: { error: { type: 'invalid_request_error' } }, outcome: 'unknown' },
  { title: 'a wrong key', status: 401, body: { error: { type: 'authentication_error' } }, outcome: 'unknown' },
  { title: 'too fast', status: 429, body: { error: { type: 'rate_limit_error' } }, outcome: 'unknown' },
  { title: 'broken', status: 500, body: { error: { type: 'api_error' } }, outcome: 'unknown' },
  { title: 'a gateway', status: 502, body: '<html>', outcome: 'unknown' },
  { title: 'a redirect', status: 302, body: {}, outcome: 'unknown' },
];

for (const { title, status, body, outcome, code, ref } of ROWS) {
  test(`${title} (HTTP ${status}) is ${outcome}`, () => {
    const seen = readCharge({ status, body }, READING);
    assert.equal(seen.outcome, outcome);
    if (code !== undefined) assert.equal(seen.declineCode, code);
    if (ref !== undefined) assert.equal(seen.providerRef, ref);
    assert.equal(seen.amount === null, outcome !== 'succeeded', 'an amount exactly where money was taken');
    assert.deepEqual([seen.source, seen.at], ['answer', 1000]);
  });
}

test('a look-up finds by our reference alone, and money before declines', () => {
  const one = (id: string, reference: string, fields: object) => intent({ id, metadata: { reference }, ...fields });
  const failed = one('pi_2', 'k', { status: 'canceled' });
  const paid = one('pi_3', 'k', { status: 'succeeded', amount_received: 1450 });
  const others = one('pi_4', 'other', { status: 'succeeded', amount_received: 99 });
  assert.equal(readLookUp([others], 'k', READING).outcome, 'absent');
  assert.equal(readLookUp([others, failed], 'k', READING).outcome, 'failed_final');
  const found = readLookUp([failed, paid, others], 'k', READING);
  assert.deepEqual([found.outcome, found.providerRef], ['succeeded', 'pi_3']);
  assert.match(found.detail, /2 payments bear this reference/);
});

test('a refund is final only by its own word', () => {
  const refund = (fields: object) => ({ object: 'refund', id: 're_1', amount: 100, currency: 'eur', ...fields });
  const outcome = (status: number, body: unknown) => readRefund({ status, body }, READING).outcome;
  assert.equal(outcome(200, refund({ status: 'succeeded' })), 'succeeded');
  assert.equal(outcome(200, refund({ status: 'pending' })), 'pending');
  assert.equal(outcome(200, refund({ status: 'requires_action' })), 'pending');
  assert.equal(outcome(200, refund({ status: 'failed' })), 'failed_final');
  assert.equal(outcome(400, { error: { code: 'charge_disputed' } }), 'failed_final');
  assert.equal(outcome(400, { error: { code: 'parameter_unknown' } }), 'unknown');
  assert.equal(outcome(500, { error: { code: 'charge_disputed' } }), 'unknown');
  assert.equal(outcome(200, 'OK'), 'unknown');
});
