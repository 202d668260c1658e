/**
 * The traps of sending, by their numbers in the list of forty-two. Which trap is tested where stands in
 * docs/sandbox.md. Everything here goes through the official SDK over HTTP to the sandbox.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../../src/core/kernel/money.ts';
import { StripeProvider } from '../../src/world/provider/stripe.ts';
import { aroundNow, card, chargeOf, MILAN, openBench, openSdk, steppingClock, TURIN } from './harness.ts';

test('trap 1: a timeout is a third state, never failed', async (t) => {
  const bench = await openBench(t, { faults: { slow: { perMille: 0, next: 1 } } }, { timeoutMs: 100 });
  const seen = await bench.provider.charge(chargeOf('r1', {}));
  assert.equal(seen.outcome, 'unknown');
  assert.match(seen.detail, /no answer within 100 ms/);
  assert.equal(bench.record().captured, 1, 'the provider took the money all the same');
});

test('trap 1: an answer lost after the capture is unknown, and the same key finds the same payment', async (t) => {
  const bench = await openBench(t, { faults: { answerLost: { perMille: 0, next: 1 } } });
  const request = chargeOf('r1', {});
  assert.equal((await bench.provider.charge(request)).outcome, 'unknown');
  const again = await bench.provider.charge(request);
  assert.equal(again.outcome, 'succeeded');
  assert.deepEqual(again.amount, money(1450n, 'EUR'));
  assert.equal(bench.record().captured, 1);
});

test('trap 2: a resend after the key has expired is a new charge; past the horizon nothing is sent', async (t) => {
  const bench = await openBench(t, { idempotency: { keepsMs: 1000 } });
  const request = chargeOf('r1', {});
  await bench.provider.charge(request);
  await bench.door('advance', { by: '2s' });
  await bench.provider.charge(request);
  assert.equal(bench.record().takenTwice, 1, 'the sandbox forgets keys as a provider does');
  const refused = await bench.provider.charge(chargeOf('r2', { horizonAt: Date.now() - 1 }));
  assert.equal(refused.outcome, 'unknown');
  assert.equal(refused.detail, 'not sent: past the horizon');
  assert.equal(bench.record().captured, 2);
});

test('trap 2: the horizon is looked at again at the socket write, by either clock', async (t) => {
  const bench = await openBench(t, {});
  for (const clock of [
    steppingClock({ wallJumpMs: 60_000, steadyJumpMs: 0 }),
    steppingClock({ wallJumpMs: 0, steadyJumpMs: 60_000 }),
  ]) {
    const sdk = openSdk(bench.server.url, clock, 5000);
    const provider = new StripeProvider({ calls: sdk, clock });
    // The clock jumps between the decision to send and the moment at which the socket is ready.
    const seen = await provider.charge(chargeOf('r1', { horizonAt: clock.start + 30_000 }));
    sdk.close();
    assert.equal(seen.detail, 'not sent: past the horizon');
  }
  assert.equal(bench.record().charges, 0);
});

test('trap 3: the key is of the intent: two sends of one attempt are one payment, two intents are two', async (t) => {
  const bench = await openBench(t, {});
  const first = await bench.provider.charge(chargeOf('r1', {}));
  const resent = await bench.provider.charge(chargeOf('r1', {}));
  const other = await bench.provider.charge(chargeOf('r2', {}));
  assert.equal(resent.providerRef, first.providerRef);
  assert.notEqual(other.providerRef, first.providerRef);
  assert.equal(bench.record().captured, 2);
});

test('trap 4: the key that travels is the one that was given, without anything of the moment in it', async (t) => {
  const bench = await openBench(t, {});
  await bench.provider.charge(chargeOf('r1', {}));
  const keys = [...bench.server.sandbox.engine.rows('kept')].map(([key]) => key);
  assert.deepEqual(keys, ['acct_milan/storno:v1:charge:r1:rental:1:1']);
});

test('trap 5: one key for a charge and a refund is refused, and says nothing about money', async (t) => {
  const bench = await openBench(t, {});
  const charged = await bench.provider.charge(chargeOf('r1', {}));
  const seen = await bench.provider.refund({
    idempotencyKey: 'storno:v1:charge:r1:rental:1:1',
    chargeRef: charged.providerRef ?? '',
    amount: money(1450n, 'EUR'),
    merchantAccount: MILAN,
    metadata: {},
    horizonAt: Date.now() + 60_000,
  });
  assert.equal(seen.outcome, 'unknown');
  assert.match(seen.detail, /idempotency_error/);
  assert.equal(bench.record().obligations[0]?.refundedMinor, 0);
});

test('trap 5: another body under the same key is unknown, with a code that a person must see', async (t) => {
  const bench = await openBench(t, {});
  await bench.provider.charge(chargeOf('r1', {}));
  const seen = await bench.provider.charge(chargeOf('r1', { amount: money(1451n, 'EUR') }));
  assert.deepEqual([seen.outcome, seen.declineCode], ['unknown', 'idempotency_error']);
});

test('trap 6: a decline is replayed for the life of the key; a new generation is a new request', async (t) => {
  const bench = await openBench(t, {});
  const request = chargeOf('r1', { paymentMethod: card('pm_card_chargeDeclinedInsufficientFunds_1') });
  for (const _ of ['first', 'replayed']) {
    const seen = await bench.provider.charge(request);
    assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'insufficient_funds']);
  }
  const next = await bench.provider.charge({ ...request, idempotencyKey: 'storno:v1:charge:r1:rental:1:2' });
  assert.equal(next.outcome, 'succeeded');
});

test('trap 6: 409, 429 and 500 before anything was done are unknown and keep the generation', async (t) => {
  const bench = await openBench(t, {
    idempotency: { keeps: 'successes' },
    faults: { errorBefore: { perMille: 0, next: 1 } },
  });
  const request = chargeOf('r1', {});
  assert.match((await bench.provider.charge(request)).detail, /HTTP 500/);
  await bench.door('profile', { requestsPerSecond: 0 });
  assert.match((await bench.provider.charge(request)).detail, /HTTP 429/);
  const latency = { minMs: 200, meanMs: 200, maxMs: 200 };
  await bench.door('profile', { requestsPerSecond: 1000, latency });
  const both = await Promise.all([bench.provider.charge(request), bench.provider.charge(request)]);
  assert.deepEqual(both.map((seen) => seen.outcome).sort(), ['succeeded', 'unknown']);
  assert.ok(both.some((seen) => /HTTP 409 .*idempotency_key_in_use/.test(seen.detail)));
  assert.equal(bench.record().captured, 1);
});

test('trap 7: an unchanged 500 on every retry says nothing about money; the look-up does', async (t) => {
  const bench = await openBench(t, { faults: { errorAfter: { perMille: 0, next: 1 } } });
  const request = chargeOf('r1', {});
  const sentAt = Date.now();
  for (const _ of ['first', 'replayed']) assert.equal((await bench.provider.charge(request)).outcome, 'unknown');
  const found = await bench.provider.lookUp({
    reference: request.idempotencyKey,
    paymentMethod: request.paymentMethod,
    sentAt,
  });
  assert.deepEqual([found.outcome, found.amount], ['succeeded', money(1450n, 'EUR')]);
});

test('trap 8: nothing is sent twice by the client library, not even when the connection closes', async (t) => {
  const bench = await openBench(t, {
    idempotency: { key: 'ignored' },
    faults: { answerLost: { perMille: 1000, next: 0 } },
  });
  assert.equal((await bench.provider.charge(chargeOf('r1', {}))).outcome, 'unknown');
  assert.equal(bench.record().captured, 1);
});

test('trap 8: the SDK by itself would have sent it twice, with its retries set to none', async (t) => {
  const bench = await openBench(t, {
    idempotency: { key: 'ignored' },
    faults: { answerLost: { perMille: 0, next: 1 } },
  });
  await bench.stripe.paymentIntents.create(
    { amount: 1450, currency: 'eur', customer: 'cus_1', payment_method: 'pm_card_visa', confirm: true },
    { idempotencyKey: 'k' },
  );
  assert.equal(bench.record().captured, 2, 'the reason for our own HTTP client');
});

test('trap 11: a look-up right after the send may find nothing: absent is no failure', async (t) => {
  const lag = { minMs: 60_000, meanMs: 0, maxMs: 60_000 };
  const bench = await openBench(t, { lookUpLag: { listing: lag }, faults: { answerLost: { perMille: 0, next: 1 } } });
  const request = chargeOf('r1', {});
  const sentAt = Date.now();
  await bench.provider.charge(request);
  const lookUp = () =>
    bench.provider.lookUp({ reference: request.idempotencyKey, paymentMethod: request.paymentMethod, sentAt });
  assert.equal((await lookUp()).outcome, 'absent');
  await bench.door('advance', { by: '61s' });
  assert.equal((await lookUp()).outcome, 'succeeded');
});

test('trap 11: nothing asks the search of the provider; the sandbox has none', async (t) => {
  const bench = await openBench(t, {});
  await assert.rejects(bench.stripe.paymentIntents.search({ query: 'x' }));
});

test('trap 12: our reference is in the metadata of every charge and refund', async (t) => {
  const bench = await openBench(t, {});
  const charged = await bench.provider.charge(chargeOf('r1', {}));
  const chargeRef = charged.providerRef ?? '';
  const refunded = await bench.provider.refund({
    idempotencyKey: 'storno:v1:refund:r1',
    chargeRef,
    amount: money(450n, 'EUR'),
    merchantAccount: MILAN,
    metadata: { case_id: 'case_1' },
    horizonAt: Date.now() + 60_000,
  });
  const [charge, refund] = await Promise.all(
    [chargeRef, refunded.providerRef ?? ''].map((providerRef) =>
      bench.provider.fetch({ merchantAccount: MILAN, providerRef }),
    ),
  );
  assert.equal(charge?.metadata.reference, 'storno:v1:charge:r1:rental:1:1');
  assert.equal(charge?.metadata.rental_id, 'r1');
  assert.equal(refund?.metadata.reference, 'storno:v1:refund:r1');
});

test('trap 13: merchant accounts share neither keys nor payments', async (t) => {
  const bench = await openBench(t, {});
  const request = chargeOf('r1', {});
  await bench.provider.charge(request);
  const inTurin = { ...request, paymentMethod: { ...request.paymentMethod, merchantAccount: TURIN } };
  const found = await bench.provider.lookUp({
    reference: request.idempotencyKey,
    paymentMethod: inTurin.paymentMethod,
    sentAt: Date.now(),
  });
  assert.equal(found.outcome, 'absent');
  const page = await bench.provider.listPayments({ merchantAccount: TURIN, cursor: null, ...aroundNow() });
  assert.deepEqual(page?.items, []);
  await bench.provider.charge(inTurin);
  assert.equal(bench.record().captured, 2, 'a second account would charge again: never after an unknown outcome');
});
