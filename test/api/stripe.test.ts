import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import Stripe from 'stripe';
import { atEnd } from '../postgres.ts';
import { type Api, STRIPE_SECRETS, startApi } from './harness.ts';

let api: Api;

before(async () => {
  api = await startApi();
});

atEnd(() => api.close());

function event(id: string): string {
  const object = { id: 'pi_1', object: 'payment_intent', receipt_email: 'mario.rossi@example.com' };
  return JSON.stringify(
    { id, object: 'event', type: 'payment_intent.succeeded', created: Math.floor(Date.now() / 1000), data: { object } },
    null,
    2,
  );
}

function sign(payload: string, secret: string, timestamp = Math.floor(Date.now() / 1000)): string {
  return new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function send(body: string, signature: string | null) {
  return api.call('POST', '/webhooks/stripe', {
    body,
    type: 'application/json; charset=utf-8',
    headers: signature === null ? {} : { 'stripe-signature': signature },
  });
}

async function stored(): Promise<readonly { event_id: string; body: string }[]> {
  return (await api.database.admin.query('select event_id, body from storno.inbox order by event_id')).rows;
}

test('an event signed with either secret is written down, byte for byte, before it is acknowledged', async () => {
  for (const [index, secret] of STRIPE_SECRETS.entries()) {
    const body = event(`evt_${index}`);
    assert.equal((await send(body, sign(body, secret))).status, 204);
    assert.equal((await stored())[index]?.body, body);
  }
});

test('an event that comes twice, or five times at once, is kept once and acknowledged each time', async () => {
  const body = event('evt_twice');
  const signature = sign(body, 'whsec_new');
  const answers = await Promise.all([...Array(5)].map(() => send(body, signature)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [204, 204, 204, 204, 204],
  );
  assert.equal((await stored()).filter(({ event_id }) => event_id === 'evt_twice').length, 1);
});

test('what is not signed, signed by a stranger, changed, or too old is refused and not kept', async () => {
  const before = (await stored()).length;
  const body = event('evt_bad');
  const old = Math.floor(Date.now() / 1000) - 600;
  for (const [text, signature, code] of [
    [body, null, 'signature_invalid'],
    [body, 't=1,v1=00', 'signature_invalid'],
    [body, sign(body, 'whsec_stranger'), 'signature_invalid'],
    [body.replace('pi_1', 'pi_2'), sign(body, 'whsec_new'), 'signature_invalid'],
    [`${body} `, sign(body, 'whsec_new'), 'signature_invalid'],
    [body, sign(body, 'whsec_new', old), 'too_old'],
    ['{}', sign('{}', 'whsec_new'), 'malformed'],
  ] as const) {
    const { status, problem } = await send(text, signature);
    assert.deepEqual([status, problem.code], [400, code]);
  }
  assert.equal((await stored()).length, before);
});

test('an event about no payment is acknowledged and not kept', async () => {
  const before = (await stored()).length;
  const body = event('evt_customer').replace('payment_intent.succeeded', 'customer.created');
  assert.equal((await send(body, sign(body, 'whsec_new'))).status, 204);
  assert.equal((await stored()).length, before);
});

test('the log says of an event what it is, and nothing of the customer', () => {
  assert.ok(api.log.some((line) => line.includes('payment_intent.succeeded')));
  assert.ok(!api.log.join('').includes('mario.rossi'));
});
