/** Every knob of the sandbox is seen to act, one by one, on the engine alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/kernel/time.ts';
import { PROFILES, profileNamed } from '../../src/world/provider/sandbox/engine/profile.ts';
import { CHARGE, EngineBench } from './engine-bench.ts';

const ONCE = { perMille: 0, next: 1 };
const ALWAYS = { perMille: 1000, next: 0 };
const exactly = (ms: number) => ({ minMs: ms, meanMs: ms, maxMs: ms });
const KEY = { 'idempotency-key': 'k' };

test('requestLost: nothing happens and the connection drops', () => {
  const bench = new EngineBench({ faults: { requestLost: ONCE } });
  assert.equal(bench.charge(), null);
  assert.equal(bench.captures(), 0);
});

test('answerLost: everything happens and the connection drops', () => {
  const bench = new EngineBench({ faults: { answerLost: ONCE } });
  assert.equal(bench.charge(), null);
  assert.equal(bench.captures(), 1);
});

test('errorBefore: 500 and nothing happened', () => {
  const bench = new EngineBench({ faults: { errorBefore: ONCE } });
  assert.equal(bench.charge().error.type, 'api_error');
  assert.equal(bench.captures(), 0);
});

test('errorAfter: 500 although everything happened', () => {
  const bench = new EngineBench({ faults: { errorAfter: ONCE } });
  assert.equal(bench.charge().error.type, 'api_error');
  assert.equal(bench.captures(), 1);
});

test('unreadable: a proxy’s page instead of the answer; the key gets the true one later', () => {
  const bench = new EngineBench({ faults: { unreadable: ONCE } });
  assert.match(bench.charge({}, KEY), /502 Bad Gateway/);
  assert.equal(bench.charge({}, KEY).status, 'succeeded');
  assert.equal(bench.captures(), 1);
});

test('slow: the answer takes slowBy; latency: every answer takes it', () => {
  const slow = new EngineBench({ faults: { slow: ONCE }, slowBy: exactly(5000), latency: exactly(50) });
  assert.equal(slow.send('POST', 'payment_intents', CHARGE, {}).delayMs, 5050);
  assert.equal(slow.send('POST', 'payment_intents', CHARGE, {}).delayMs, 50);
  assert.equal(slow.send('GET', 'charges', {}, {}).delayMs, 50);
});

test('delays are spread between their bounds', () => {
  const bench = new EngineBench({ latency: { minMs: 10, meanMs: 100, maxMs: 300 } });
  const delays = Array.from({ length: 500 }, () => bench.send('GET', 'balance', {}, {}).delayMs);
  assert.ok(delays.every((delay) => delay >= 10 && delay <= 300));
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  assert.ok(mean > 70 && mean < 130, `a mean of ${mean}`);
});

test('faultsOn: by default what moves money, else everything', () => {
  const money = new EngineBench({ faults: { answerLost: ALWAYS } });
  assert.notEqual(money.get('balance'), null);
  const all = new EngineBench({ faultsOn: 'everything', faults: { answerLost: ALWAYS } });
  assert.equal(all.get('balance'), null);
});

test('perMille: about as often as said', () => {
  const bench = new EngineBench({ faults: { answerLost: { perMille: 300, next: 0 } } });
  const lost = Array.from({ length: 1000 }, () => bench.charge()).filter((body) => body === null).length;
  assert.ok(lost > 250 && lost < 350, `${lost} of 1000`);
});

test('duplicateCapture: the provider takes the money twice, of one payment intent', () => {
  const bench = new EngineBench({ faults: { duplicateCapture: ONCE } });
  const intent = bench.charge();
  const charges = bench.get(`charges?payment_intent=${intent.id}`).data;
  assert.equal(charges.length, 2);
  assert.equal(bench.captures(), 2);
  assert.equal(bench.get('balance_transactions').data.length, 2, 'both are booked');
});

test('duplicateLine: a line of the ledger is listed twice under its id', () => {
  const bench = new EngineBench({ faults: { duplicateLine: ONCE } });
  bench.charge();
  const ids = bench.get('balance_transactions').data.map(({ id }: { id: string }) => id);
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 1);
});

test('idempotency: the same key and body get the first answer, marked as replayed', () => {
  const bench = new EngineBench({});
  bench.charge({}, KEY);
  const again = bench.send('POST', 'payment_intents', CHARGE, KEY).response;
  assert.equal(again?.headers['idempotent-replayed'], 'true');
  assert.equal(bench.captures(), 1);
});

test('keepsMs: afterwards the key is new', () => {
  const bench = new EngineBench({ idempotency: { keepsMs: HOUR_MS } });
  bench.charge({}, KEY);
  bench.pass(HOUR_MS - 1);
  bench.charge({}, KEY);
  assert.equal(bench.captures(), 1);
  bench.pass(1);
  bench.charge({}, KEY);
  assert.equal(bench.captures(), 2);
});

test('keeps: a 500 is replayed for ever, or executed again', () => {
  const kept = new EngineBench({ faults: { errorAfter: ONCE } });
  const forgotten = new EngineBench({ faults: { errorAfter: ONCE }, idempotency: { keeps: 'successes' } });
  for (const bench of [kept, forgotten]) bench.charge({}, KEY);
  assert.equal(kept.charge({}, KEY).error.type, 'api_error');
  assert.equal(kept.captures(), 1);
  assert.equal(forgotten.charge({}, KEY).status, 'succeeded');
  assert.equal(forgotten.captures(), 2, 'the danger of providers that keep successes only');
});

test('keeps: what was refused before anything was done is never kept', () => {
  const bench = new EngineBench({});
  assert.equal(bench.charge({ amount: 'x' }, KEY).error.param, 'amount');
  assert.equal(bench.charge({}, KEY).status, 'succeeded');
});

test('key ignored: every request is a new one', () => {
  const bench = new EngineBench({ idempotency: { key: 'ignored' } });
  for (const _ of [1, 2]) bench.charge({}, KEY);
  assert.equal(bench.captures(), 2);
});

test('body: compared, with endpoint and parameters, or ignored', () => {
  const compared = new EngineBench({});
  const ignored = new EngineBench({ idempotency: { body: 'ignored' } });
  for (const bench of [compared, ignored]) bench.charge({}, KEY);
  assert.equal(compared.charge({ amount: '1' }, KEY).error.type, 'idempotency_error');
  assert.equal(compared.post('refunds', { charge: 'ch_1' }, KEY).error.type, 'idempotency_error');
  assert.equal(ignored.charge({ amount: '1' }, KEY).amount, 1450);
});

test('onReplay: the first answer, or 409', () => {
  const bench = new EngineBench({ idempotency: { onReplay: 'conflict' } });
  bench.charge({}, KEY);
  assert.equal(bench.send('POST', 'payment_intents', CHARGE, KEY).response?.status, 409);
});

test('a key whose first request is still under way answers 409', () => {
  const bench = new EngineBench({ latency: exactly(1000) });
  bench.charge({}, KEY);
  bench.pass(999);
  assert.equal(bench.charge({}, KEY).error.code, 'idempotency_key_in_use');
  bench.pass(1);
  assert.equal(bench.charge({}, KEY).status, 'succeeded');
});

test('lookUpLag: listings learn late, ids too where it is said', () => {
  const bench = new EngineBench({ lookUpLag: { listing: exactly(MINUTE_MS), byId: exactly(10 * SECOND_MS) } });
  const { id } = bench.charge();
  assert.equal(bench.get(`payment_intents/${id}`).error.code, 'resource_missing');
  bench.pass(11 * SECOND_MS);
  assert.equal(bench.get(`payment_intents/${id}`).id, id);
  assert.deepEqual(bench.get('payment_intents?customer=cus_anna').data, []);
  bench.pass(MINUTE_MS);
  assert.equal(bench.get('payment_intents?customer=cus_anna').data.length, 1);
});

test('webhooks: delay, and the end of the retries', () => {
  const bench = new EngineBench({ webhooks: { delay: exactly(SECOND_MS), retriesForMs: HOUR_MS } });
  bench.post('webhook_endpoints', { url: 'http://x/', 'enabled_events[0]': 'charge.succeeded' });
  bench.charge();
  assert.deepEqual(bench.engine.due(bench.now + SECOND_MS - 1), []);
  let tries = 0;
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    bench.pass(MINUTE_MS);
    for (const send of bench.engine.due(bench.now)) {
      tries += 1;
      assert.equal(JSON.parse(send.body).type, 'charge.succeeded', 'only what the endpoint asked for');
      bench.engine.settle(send.sendingId, 'refused', bench.now);
    }
  }
  assert.ok(tries > 3 && tries < 10, `${tries} tries within the hour`);
});

test('refunds: pendingFor, then succeeded', () => {
  const bench = new EngineBench({ refunds: { pendingFor: exactly(HOUR_MS) } });
  for (const _ of [1, 2]) bench.charge();
  const refund = bench.post('refunds', { payment_intent: bench.charge().id });
  assert.deepEqual([refund.status, refund.pending_reason], ['pending', 'processing']);
  bench.pass(HOUR_MS);
  assert.equal(bench.get(`refunds/${refund.id}`).status, 'succeeded');
});

test('refunds: lateFailure after lateFailureAfter, and the amount is refundable again', () => {
  const bench = new EngineBench({ refunds: { lateFailure: ONCE, lateFailureAfter: exactly(5 * DAY_MS) } });
  for (const _ of [1, 2]) bench.charge();
  const { latest_charge: charge } = bench.charge();
  const refund = bench.post('refunds', { charge });
  bench.pass(5 * DAY_MS);
  assert.equal(bench.get(`refunds/${refund.id}`).status, 'failed');
  assert.equal(bench.get(`charges/${charge}`).amount_refunded, 0);
});

test('refunds: parts full_only refuses a part', () => {
  const bench = new EngineBench({ refunds: { parts: 'full_only' } });
  for (const _ of [1, 2]) bench.charge();
  const { latest_charge: charge } = bench.charge();
  assert.equal(bench.post('refunds', { charge, amount: '1' }).error.param, 'amount');
  assert.equal(bench.post('refunds', { charge }).status, 'succeeded');
});

test('disputes: perMille after a while, decided later, lost or won by chance', () => {
  for (const [lostPerMille, status] of [
    [1000, 'lost'],
    [0, 'won'],
  ] as const) {
    const bench = new EngineBench({
      disputes: { perMille: 1000, after: exactly(DAY_MS), lostPerMille, decidedAfterMs: 10 * DAY_MS },
    });
    const { latest_charge: charge } = bench.charge();
    bench.pass(DAY_MS);
    assert.equal(bench.get(`disputes?charge=${charge}`).data[0].status, 'needs_response');
    bench.pass(10 * DAY_MS);
    const [dispute] = bench.get(`disputes?charge=${charge}`).data;
    assert.equal(dispute.status, status);
    assert.equal(dispute.balance_transactions.length, status === 'won' ? 2 : 1);
  }
});

test('disputes can be given up over the API', () => {
  const bench = new EngineBench({});
  bench.charge({ payment_method: 'pm_card_createDispute' });
  bench.pass(SECOND_MS);
  const [dispute] = bench.get('disputes').data;
  assert.equal(bench.post(`disputes/${dispute.id}/close`, {}).status, 'lost');
});

test('settlement: fees, when it is paid out, and never', () => {
  const bench = new EngineBench({ settlement: { feePerMille: 100, feeFixed: 5, availableAfterMs: DAY_MS } });
  bench.charge();
  assert.equal(bench.get('balance_transactions').data[0].fee, 150);
  bench.pass(DAY_MS);
  assert.equal(bench.get('payouts').data[0].amount, 1300);
  const kept = new EngineBench({ settlement: { payouts: 'never' } });
  kept.charge();
  kept.pass(30 * DAY_MS);
  assert.deepEqual(kept.get('payouts').data, []);
});

test('requestsPerSecond: beyond it 429, for this account and this second', () => {
  const bench = new EngineBench({ requestsPerSecond: 2 });
  for (const _ of [1, 2]) assert.equal(bench.charge().status, 'succeeded');
  assert.equal(bench.charge().error.code, 'rate_limit');
  assert.equal(bench.charge({}, { 'stripe-account': 'acct_other' }).status, 'succeeded');
  bench.pass(SECOND_MS);
  assert.equal(bench.charge().status, 'succeeded');
});

test('customers registered: only those that were created', () => {
  const bench = new EngineBench({ customers: 'registered' });
  assert.deepEqual(bench.charge().error.param, 'customer');
  const customer = bench.post('customers', { email: 'a@example.org' }).id;
  assert.equal(bench.charge({ customer }).status, 'succeeded');
});

test('ids per_account: two merchant accounts have the same ids', () => {
  const ids = (bench: EngineBench) =>
    ['acct_a', 'acct_b'].map((account) => bench.charge({}, { 'stripe-account': account }).id);
  const [one, other] = ids(new EngineBench({ ids: 'per_account' }));
  assert.equal(one, other);
  assert.equal(new Set(ids(new EngineBench({}))).size, 2);
});

test('the header of a request asks for its own mishap', () => {
  const bench = new EngineBench({});
  const asks = (wish: string) => bench.send('POST', 'payment_intents', CHARGE, { 'storno-sandbox': wish });
  assert.equal(asks('request-lost').response, null);
  assert.equal(bench.captures(), 0);
  assert.deepEqual(asks('answer-lost, delay=3s'), { response: null, delayMs: 3000 });
  assert.equal(asks('error-after').response?.status, 500);
  assert.equal(asks('unreadable').response?.status, 502);
  assert.equal(asks('rate-limit').response?.status, 429);
  assert.equal(bench.captures(), 3);
  asks('duplicate-capture');
  assert.equal(bench.captures(), 5);
  for (const wrong of ['anser-lost', 'delay=soon', 'constructor'])
    assert.equal(asks(wrong).response?.status, 400, wrong);
  assert.equal(bench.captures(), 5, 'a misspelt wish does nothing');
});

test('every preset is a profile under its name', () => {
  for (const name of Object.keys(PROFILES)) assert.equal(profileNamed(name)?.name, name);
  assert.equal(profileNamed('no such'), null);
});
