/** What the engine does whatever its profile: cards, listings, determinism, a state that can be written down. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/core/kernel/time.ts';
import { profileNamed } from '../../src/world/provider/sandbox/engine/profile.ts';
import { emptyState } from '../../src/world/provider/sandbox/engine/state.ts';
import { CHARGE, EngineBench } from './engine-bench.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);

test('test cards decide by their names', () => {
  const rows = [
    ['pm_card_visa', 'succeeded'],
    ['pm_card_visa__wallet', 'succeeded'],
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedLostCard', 'lost_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_authenticationRequired', 'authentication_required'],
    ['pm_card_closed', 'invalid_account'],
    ['pm_card_processing_2h', 'processing'],
    ['pm_card_actionRequired', 'requires_action'],
  ] as const;
  for (const [method, expected] of rows) {
    const body = new EngineBench({}).charge({ payment_method: method });
    assert.equal(body.status ?? body.error.decline_code, expected, method);
  }
});

test('a card that declines n times pays afterwards, counted by customer', () => {
  const bench = new EngineBench({});
  const method = 'pm_card_chargeDeclinedInsufficientFunds_2';
  const outcomes = [1, 2, 3].map(() => bench.charge({ payment_method: method }).status ?? 'declined');
  assert.deepEqual(outcomes, ['declined', 'declined', 'succeeded']);
  assert.equal(bench.charge({ payment_method: method, customer: 'cus_other' }).status, undefined);
});

test('a payment that is processed is decided later', () => {
  const bench = new EngineBench({});
  const { id } = bench.charge({ payment_method: 'pm_card_processing_2h' });
  assert.equal(bench.captures(), 0);
  assert.equal(bench.post(`payment_intents/${id}/cancel`, {}).error.code, 'payment_intent_unexpected_state');
  bench.pass(2 * HOUR_MS);
  assert.equal(bench.get(`payment_intents/${id}`).status, 'succeeded');
});

test('a test card that is attached gets an id of its own and stays what it is', () => {
  const bench = new EngineBench({});
  const { id } = bench.post('payment_methods/pm_card_chargeDeclined/attach', { customer: 'cus_anna' });
  assert.match(id, /^pm_0/);
  assert.equal(bench.charge({ payment_method: id }).error.decline_code, 'generic_decline');
  assert.equal(bench.charge({ payment_method: 'pm_gone' }).error.param, 'payment_method');
});

test('listings page through everything once, newest first, within the window', () => {
  const bench = new EngineBench({});
  for (let count = 0; count < 25; count += 1) {
    bench.charge({ customer: count % 2 === 0 ? 'cus_even' : 'cus_odd' });
    bench.pass(SECOND_MS);
  }
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 4; page += 1) {
    const { data, has_more } = bench.get(`payment_intents?customer=cus_even&limit=4${after}`);
    seen.push(...data.map(({ id }: { id: string }) => id));
    assert.equal(has_more, page < 3);
    after = `&starting_after=${seen.at(-1)}`;
  }
  assert.equal(new Set(seen).size, 13);
  assert.deepEqual(seen, seen.toSorted().reverse());
  const from = Math.floor(bench.now / SECOND_MS) - 5;
  assert.equal(bench.get(`payment_intents?created[gte]=${from}&created[lt]=${from + 3}`).data.length, 3);
});

test('what the sandbox does not imitate is said to be unknown', () => {
  const bench = new EngineBench({});
  assert.match(bench.get('payment_intents/search').error.message, /Unrecognized request URL/);
  assert.match(bench.post('subscriptions', {}).error.message, /may not imitate it/);
});

/** Requests of all kinds, at all distances of time. */
const ACTIONS = fc.array(
  fc.record({
    act: fc.constantFrom('charge', 'decline', 'pending', 'refund', 'list', 'wait', 'webhook'),
    key: fc.integer({ min: 1, max: 5 }),
    waitMs: fc.constantFrom(0, 500, HOUR_MS, 3 * DAY_MS),
  }),
  { minLength: 1, maxLength: 40 },
);
type Action = typeof ACTIONS extends fc.Arbitrary<infer T> ? (T extends readonly (infer A)[] ? A : never) : never;

const WILD = profileNamed('wild-webhooks');
const LOSSY = {
  ...WILD,
  ...profileNamed('lossy'),
  disputes: { perMille: 200 },
  refunds: { parts: 'allowed' },
} as const;

function perform(bench: EngineBench, { act, key, waitMs }: Action): void {
  const headers = { 'idempotency-key': `${act}${key}` };
  if (act === 'charge') bench.charge({}, headers);
  if (act === 'decline') bench.charge({ payment_method: 'pm_card_chargeDeclined' }, headers);
  if (act === 'pending') bench.charge({ payment_method: 'pm_card_processing_1h' }, headers);
  if (act === 'refund') {
    const [charge] = bench.get('charges').data;
    if (charge !== undefined) bench.post('refunds', { charge: charge.id }, headers);
  }
  if (act === 'list') bench.get('balance_transactions');
  if (act === 'webhook') bench.post('webhook_endpoints', { url: 'http://x/' });
  bench.pass(waitMs);
  for (const send of bench.engine.due(bench.now)) bench.engine.settle(send.sendingId, 'refused', bench.now);
}

test('the same seed and requests make the same state, byte for byte', () => {
  fc.assert(
    fc.property(ACTIONS, fc.integer(), (actions, seed) => {
      const [one, other] = [1, 2].map(() => {
        const bench = new EngineBench(LOSSY, emptyState(''), seed);
        for (const action of actions) perform(bench, action);
        return JSON.stringify(bench.engine.snapshot());
      });
      assert.equal(one, other);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('the changes written down are the state: replayed upon the beginning they give it again', () => {
  fc.assert(
    fc.property(ACTIONS, fc.integer(), (actions, seed) => {
      const bench = new EngineBench(LOSSY, emptyState(''), seed);
      const written = new Map<string, string>();
      for (const action of actions) {
        perform(bench, action);
        for (const [table, key, row] of bench.engine.takeChanges()) {
          if (row === null) written.delete(`${table}:${key}`);
          else written.set(`${table}:${key}`, JSON.stringify(row));
        }
      }
      const rows = Object.entries(bench.engine.snapshot().tables).flatMap(([table, list]) =>
        list.map(([key, row]) => [`${table}:${key}`, JSON.stringify(row)] as const),
      );
      written.set('texts:salt', '""');
      assert.deepEqual(new Map([...written].toSorted()), new Map(rows.toSorted()));
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('whatever happens, the balance is the sum of the ledger, and no charge gives back more than it took', () => {
  fc.assert(
    fc.property(ACTIONS, fc.integer(), (actions, seed) => {
      const bench = new EngineBench(LOSSY, emptyState(''), seed);
      for (const action of actions) perform(bench, action);
      let sum = 0;
      for (const [, { wire }] of bench.engine.rows('balanceTransactions')) sum += wire.net;
      assert.equal(bench.get('balance').available[0]?.amount ?? 0, sum);
      for (const [, { wire }] of bench.engine.rows('charges')) assert.ok(wire.amount_refunded <= wire.amount);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('a state read back goes on where it was', () => {
  const bench = new EngineBench({});
  bench.charge({ payment_method: 'pm_card_processing_2h' }, { 'idempotency-key': 'k' });
  const state = JSON.parse(JSON.stringify(bench.engine.snapshot()));
  const next = new EngineBench({}, state);
  assert.equal(
    next.send(
      'POST',
      'payment_intents',
      { ...CHARGE, payment_method: 'pm_card_processing_2h' },
      { 'idempotency-key': 'k' },
    ).response?.headers['idempotent-replayed'],
    'true',
  );
  next.pass(2 * HOUR_MS);
  assert.equal(next.get('payment_intents').data[0].status, 'succeeded');
});
