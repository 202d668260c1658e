import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import Stripe from 'stripe';
import { StripeWebhook } from './webhook.ts';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1000;
const EVENT = {
  object: 'event',
  id: 'evt_1',
  type: 'payment_intent.succeeded',
  created: SECONDS - 2,
  account: 'acct_milan',
  data: { object: { id: 'pi_1', object: 'payment_intent' } },
};
const BODY = JSON.stringify(EVENT);
const webhook = new StripeWebhook({ secrets: ['whsec_new', 'whsec_old'], accounts: { acct_milan: 'milan' } });

const mark = (body: string, secret: string, time: number): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');

const header = (body: string, secret: string, time: number): string => `t=${time},v1=${mark(body, secret, time)}`;

function verify(body: string | Uint8Array, signature: string) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return webhook.verify({ body: bytes, signature, now: NOW });
}

function kindOf(read: ReturnType<typeof verify>): string {
  return read.ok ? 'ok' : read.error.kind;
}

test('a signed event is read: what it is about, never what it says about it', () => {
  assert.deepEqual(verify(BODY, header(BODY, 'whsec_new', SECONDS)), {
    ok: true,
    value: {
      provider: 'stripe',
      merchantAccount: 'milan',
      eventId: 'evt_1',
      type: 'payment_intent.succeeded',
      objectRef: 'pi_1',
      createdAt: (SECONDS - 2) * 1000,
    },
  });
});

test('the header that the SDK makes verifies', () => {
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: BODY,
    secret: 'whsec_old',
    timestamp: SECONDS,
  });
  assert.equal(kindOf(verify(BODY, signature)), 'ok');
});

test('either secret will do, also beside a signature of another one', () => {
  assert.equal(kindOf(verify(BODY, header(BODY, 'whsec_old', SECONDS))), 'ok');
  const both = `t=${SECONDS},v1=${mark(BODY, 'whsec_x', SECONDS)},v1=${mark(BODY, 'whsec_old', SECONDS)}`;
  assert.equal(kindOf(verify(BODY, both)), 'ok');
  assert.equal(kindOf(verify(BODY, header(BODY, 'whsec_x', SECONDS))), 'signature_invalid');
});

test('a time too far away is refused in both directions; the SDK alone would let the future pass', () => {
  const cases = [
    [-300, 'ok'],
    [-301, 'too_old'],
    [300, 'ok'],
    [301, 'too_new'],
  ] as const;
  for (const [offset, expected] of cases) {
    assert.equal(kindOf(verify(BODY, header(BODY, 'whsec_new', SECONDS + offset))), expected, String(offset));
  }
  const future = header(BODY, 'whsec_new', SECONDS + 86_400);
  const scheme = Stripe.webhooks.signature;
  assert.equal(scheme?.verifyHeader(BODY, future, 'whsec_new', 300, undefined, NOW), true, 'the trap is still there');
});

test('the signature is of the raw bytes: one blank more and it is another body', () => {
  assert.equal(kindOf(verify(`${BODY} `, header(BODY, 'whsec_new', SECONDS))), 'signature_invalid');
  const withMark = `\uFEFF${BODY}`;
  assert.equal(kindOf(verify(withMark, header(BODY, 'whsec_new', SECONDS))), 'signature_invalid');
});

test('a signature of another time, scheme or form is none', () => {
  const good = mark(BODY, 'whsec_new', SECONDS);
  const wrong = [
    '',
    'nonsense',
    `t=${SECONDS}`,
    `v1=${good}`,
    `t=${SECONDS},v0=${good}`,
    `t=${SECONDS + 1},v1=${good}`,
    `t=${SECONDS},t=${SECONDS},v1=${good}`,
    `t=,v1=${good}`,
  ];
  for (const signature of wrong) assert.equal(kindOf(verify(BODY, signature)), 'signature_invalid', signature);
});

test('what is signed and yet no event of ours is malformed', () => {
  const bodies = [
    'no json',
    '[]',
    JSON.stringify({ ...EVENT, object: 'v2.core.event' }),
    JSON.stringify({ ...EVENT, id: 7 }),
    JSON.stringify({ ...EVENT, data: { object: {} } }),
    JSON.stringify({ ...EVENT, account: 'acct_stranger' }),
  ];
  for (const body of bodies) assert.equal(kindOf(verify(body, header(body, 'whsec_new', SECONDS))), 'malformed', body);
  assert.equal(kindOf(verify(new Uint8Array([0xff, 0xfe]), header('', 'whsec_new', SECONDS))), 'malformed');
  assert.equal(kindOf(verify('x'.repeat(1_000_001), '')), 'malformed');
});

test('a genuine event that speaks of no payment is of no concern, whatever it speaks of', () => {
  for (const [type, object] of [
    ['customer.created', { id: 'cus_1', object: 'customer' }],
    ['payout.paid', { id: 'po_1', object: 'payout' }],
    ['balance.available', { object: 'balance' }],
  ] as const) {
    const body = JSON.stringify({ ...EVENT, type, data: { object } });
    assert.equal(kindOf(verify(body, header(body, 'whsec_new', SECONDS))), 'of_no_concern', type);
    assert.equal(kindOf(verify(body, header(body, 'whsec_x', SECONDS))), 'signature_invalid', type);
  }
  for (const type of ['charge.dispute.closed', 'charge.refund.updated', 'refund.failed', 'payment_intent.canceled']) {
    const body = JSON.stringify({ ...EVENT, type });
    assert.equal(kindOf(verify(body, header(body, 'whsec_new', SECONDS))), 'ok', type);
  }
});
