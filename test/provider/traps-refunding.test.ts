/** The traps of refunding that show at the provider's boundary. The live half sends no refunds; the adapter can. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../src/core/fact/observation.ts';
import { money } from '../../src/core/kernel/money.ts';
import type { ProviderPayment } from '../../src/flow/ports/provider.ts';
import { aroundNow, type Bench, card, chargeOf, MILAN, openBench } from './harness.ts';

const WHOLE = 1450n;

async function takes(bench: Bench, rentalId: string, method: string): Promise<string> {
  const seen = await bench.provider.charge(chargeOf(rentalId, { paymentMethod: card(method) }));
  assert.equal(seen.outcome, 'succeeded');
  return seen.providerRef ?? '';
}

/** Other charges, so that the balance suffices: fees are taken at once and disputes too. */
async function fund(bench: Bench): Promise<void> {
  for (const rental of ['f1', 'f2']) await takes(bench, rental, 'pm_card_visa');
}

function returns(
  bench: Bench,
  chargeRef: string,
  { key, amount }: { key: string; amount: bigint },
): Promise<Observation> {
  return bench.provider.refund({
    idempotencyKey: key,
    chargeRef,
    amount: money(amount, 'EUR'),
    merchantAccount: MILAN,
    metadata: { case_id: key },
    horizonAt: Date.now() + 60_000,
  });
}

function fetches(bench: Bench, providerRef: string): Promise<ProviderPayment | null> {
  return bench.provider.fetch({ merchantAccount: MILAN, providerRef });
}

test('trap 14: refunds beyond what was taken are refused by the provider, whatever was counted here', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  assert.equal((await returns(bench, charge, { key: 'a', amount: 1000n })).outcome, 'succeeded');
  const over = await returns(bench, charge, { key: 'b', amount: 1000n });
  assert.equal(over.outcome, 'unknown', 'a refusal of the amount is about the request, not about this refund');
  assert.equal(bench.record().obligations[0]?.refundedMinor, 1000);
});

test('trap 15: money that was given back elsewhere is seen in the listing', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  await bench.stripe.refunds.create({ charge, reason: 'requested_by_customer' });
  const refusal = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.deepEqual([refusal.outcome, refusal.declineCode], ['failed_final', 'charge_already_refunded']);
  const refunds = await listAll(bench, 'refund');
  assert.deepEqual(
    refunds.map(({ parentRef, amount }) => [parentRef, amount.amountMinor]),
    [[charge, WHOLE]],
  );
});

test('trap 16: a disputed charge cannot be refunded; one under inquiry can', async (t) => {
  const bench = await openBench(t, {});
  await fund(bench);
  const disputed = await takes(bench, 'r1', 'pm_card_createDispute');
  const asked = await takes(bench, 'r2', 'pm_card_createInquiry');
  await bench.door('advance', { by: '1s' });
  for (const [chargeRef, status] of [
    [disputed, 'open'],
    [asked, 'inquiry'],
  ] as const) {
    const charge = await bench.provider.readCharge({ merchantAccount: MILAN, chargeRef, disputes: 'listed' });
    assert.ok(charge !== null && charge !== 'missing');
    assert.deepEqual(
      charge.disputes.map((dispute) => dispute.status),
      [status],
      'whoever is about to refund it sees the bank',
    );
  }
  const refusal = await returns(bench, disputed, { key: 'a', amount: WHOLE });
  assert.deepEqual([refusal.outcome, refusal.declineCode], ['failed_final', 'charge_disputed']);
  assert.equal((await returns(bench, asked, { key: 'b', amount: WHOLE })).outcome, 'succeeded');
  const disputes = await listAll(bench, 'chargeback');
  assert.deepEqual(
    new Map(disputes.map(({ parentRef, status }) => [parentRef, status])),
    new Map([
      [disputed, 'succeeded'],
      [asked, 'pending'],
    ]),
  );
});

test('trap 16: a refund and then a chargeback both take the money: both are seen', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_dispute_10d');
  await fund(bench);
  await returns(bench, charge, { key: 'a', amount: WHOLE });
  await bench.door('advance', { by: '11d' });
  const given = (await listAll(bench, 'all')).filter(({ parentRef }) => parentRef === charge);
  assert.deepEqual(given.map(({ kind, status }) => `${kind} ${status}`).sort(), [
    'chargeback succeeded',
    'refund succeeded',
  ]);
});

test('trap 17: succeeded is not final: a refund fails five days later, and the money is ours again', async (t) => {
  const bench = await openBench(t, {});
  await fund(bench);
  const charge = await takes(bench, 'r1', 'pm_card_refundFails_5d');
  const refund = (await returns(bench, charge, { key: 'a', amount: WHOLE })).providerRef ?? '';
  assert.equal((await fetches(bench, refund))?.status, 'succeeded');
  await bench.door('advance', { by: '6d' });
  const failed = await fetches(bench, refund);
  assert.deepEqual([failed?.status, failed?.code], ['failed', 'expired_or_canceled_card']);
  const lines = await bench.provider.listLedger({ merchantAccount: MILAN, cursor: null, from: 0, to: Date.now() * 2 });
  const ofRefund = lines?.items
    .filter(({ paymentRef }) => paymentRef === refund)
    .map(({ amount }) => amount.amountMinor);
  assert.deepEqual(ofRefund?.toSorted(), [-WHOLE, WHOLE].toSorted());
});

test('trap 18: a card that is closed refuses the refund for good', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_refundRefused');
  const seen = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'expired_or_canceled_card']);
});

test('trap 19: with too little balance a refund waits, saying so, until there is money', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  await bench.door('advance', { by: '3d' });
  const waiting = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.deepEqual([waiting.outcome, waiting.detail], ['pending', 'refund is pending: insufficient_funds']);
  await fund(bench);
  await bench.door('advance', { by: '2h' });
  assert.equal((await fetches(bench, waiting.providerRef ?? ''))?.status, 'succeeded');
});

test('trap 19: other methods fail at once where the balance is short', async (t) => {
  const bench = await openBench(t, { refunds: { whenBalanceShort: 'refused' } });
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  await bench.door('advance', { by: '3d' });
  const seen = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'balance_insufficient']);
});

test('traps 20 and 21: a refund of the same day is a reversal without a reference; a later one gets its own', async (t) => {
  const bench = await openBench(t, { settlement: { payouts: 'never' } });
  const [early, late] = [await takes(bench, 'r1', 'pm_card_visa'), await takes(bench, 'r2', 'pm_card_visa')];
  await fund(bench);
  const reversal = await returns(bench, early, { key: 'a', amount: WHOLE });
  await bench.door('advance', { by: '2d' });
  const refund = await returns(bench, late, { key: 'b', amount: WHOLE });
  const look = async (id: string | null) => (await bench.stripe.refunds.retrieve(id ?? '')).destination_details?.card;
  assert.deepEqual(await look(reversal.providerRef), { type: 'reversal', reference_status: 'unavailable' });
  assert.equal((await look(refund.providerRef))?.reference_status, 'pending');
  await bench.door('advance', { by: '3d' });
  const told = await look(refund.providerRef);
  assert.equal(told?.reference_status, 'available');
  assert.match(told?.reference ?? '', /^7\d/);
});

test('trap 22: two equal partial refunds are two, told apart by their own ids and references', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  const refs = [];
  for (const key of ['a', 'b']) refs.push((await returns(bench, charge, { key, amount: 500n })).providerRef);
  assert.notEqual(refs[0], refs[1]);
  const metadata = (await listAll(bench, 'refund')).map((refund) => refund.metadata.reference);
  assert.deepEqual(metadata.toSorted(), ['a', 'b']);
});

test('traps 23 and 25: an authorisation took nothing; it is cancelled, not refunded, and expires by itself', async (t) => {
  const bench = await openBench(t, {});
  const intent = await bench.stripe.paymentIntents.create({
    amount: 1450,
    currency: 'eur',
    customer: 'cus_anna',
    payment_method: 'pm_card_visa',
    capture_method: 'manual',
    confirm: true,
  });
  const charge = String(intent.latest_charge);
  assert.equal((await fetches(bench, charge))?.status, 'pending');
  assert.equal((await returns(bench, charge, { key: 'a', amount: WHOLE })).outcome, 'unknown');
  await bench.door('advance', { by: '6d' });
  assert.equal((await bench.stripe.paymentIntents.retrieve(intent.id)).status, 'canceled');
  assert.equal((await fetches(bench, charge))?.status, 'canceled');
  assert.equal(bench.record().captured, 0);
});

test('trap 23: a partial capture took its part only', async (t) => {
  const bench = await openBench(t, {});
  const { id } = await bench.stripe.paymentIntents.create({
    amount: 1450,
    currency: 'eur',
    customer: 'cus_anna',
    payment_method: 'pm_card_visa',
    capture_method: 'manual',
    confirm: true,
  });
  const captured = await bench.stripe.paymentIntents.capture(id, { amount_to_capture: 1000 });
  const seen = await fetches(bench, String(captured.latest_charge));
  assert.deepEqual([seen?.status, seen?.amount], ['succeeded', money(1000n, 'EUR')]);
  const over = await returns(bench, seen?.providerRef ?? '', { key: 'a', amount: 1001n });
  assert.notEqual(over.outcome, 'succeeded');
});

test('trap 27: charges beyond the refund window are refused for good', async (t) => {
  const bench = await openBench(t, { refunds: { windowMs: 180 * 24 * 3_600_000 } });
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  await bench.door('advance', { by: '181d' });
  const seen = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'refund_time_limit_exceeded']);
});

test('trap 28: the reason of a refund is `duplicate`, never `fraudulent`', async (t) => {
  const bench = await openBench(t, {});
  const charge = await takes(bench, 'r1', 'pm_card_visa');
  const { providerRef } = await returns(bench, charge, { key: 'a', amount: WHOLE });
  assert.equal((await bench.stripe.refunds.retrieve(providerRef ?? '')).reason, 'duplicate');
});

test('trap 29: amounts travel in the provider’s units and come back in ours', async (t) => {
  const bench = await openBench(t, {});
  const rows = [
    { amount: money(1450n, 'JPY'), wire: 1450 },
    { amount: money(1450n, 'UGX'), wire: 145_000 },
    { amount: money(1450n, 'ISK'), wire: 145_000 },
    { amount: money(145_000n, 'MGA'), wire: 1450 },
    { amount: money(14_500n, 'KWD'), wire: 14_500 },
  ];
  for (const { amount, wire } of rows) {
    const request = chargeOf(amount.currency, { amount });
    const seen = await bench.provider.charge(request);
    assert.deepEqual(seen.amount, amount);
    assert.equal((await bench.stripe.charges.retrieve(seen.providerRef ?? '')).amount, wire);
  }
});

test('trap 29: an amount that the provider cannot say exactly is not sent at all', async (t) => {
  const bench = await openBench(t, {});
  for (const amount of [money(14_505n, 'KWD'), money(1450n + 1n, 'MGA'), money(100n, 'IQD')]) {
    const seen = await bench.provider.charge(chargeOf(amount.currency, { amount }));
    assert.equal(seen.outcome, 'failed_final');
    assert.match(seen.detail, /^not sent: /);
  }
  assert.equal(bench.record().charges, 0);
});

async function listAll(bench: Bench, kind: ProviderPayment['kind'] | 'all'): Promise<ProviderPayment[]> {
  const items: ProviderPayment[] = [];
  let cursor: string | null = null;
  do {
    const page = await bench.provider.listPayments({
      merchantAccount: MILAN,
      cursor,
      from: aroundNow().from,
      to: Date.now() * 2,
    });
    assert.ok(page !== null);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items.filter((item) => kind === 'all' || item.kind === kind);
}
