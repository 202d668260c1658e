/** The traps of observing: webhooks, listings, identities, payouts. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ProviderEvent } from '../../src/flow/ports/provider.ts';
import { StripeWebhook } from '../../src/world/provider/stripe/webhook.ts';
import { aroundNow, type Bench, card, chargeOf, eventually, MILAN, openBench } from './harness.ts';

interface Mailbox {
  readonly url: string;
  readonly events: ProviderEvent[];
  /** What the next deliveries are answered; 200 when there is nothing left. */
  readonly answers: number[];
}

/** A receiver of webhooks that verifies what it gets. */
async function openMailbox(t: TestContext, secrets: string[]): Promise<Mailbox> {
  const webhook = new StripeWebhook({ secrets, accounts: { acct_milan: MILAN } });
  const events: ProviderEvent[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const status = answers.shift() ?? 200;
      const signature = String(request.headers['stripe-signature']);
      const read = webhook.verify({ body: Buffer.concat(chunks), signature, now: Date.now() });
      if (status === 200 && read.ok) events.push(read.value);
      response.writeHead(read.ok ? status : 400).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, events, answers };
}

async function subscribe(bench: Bench, mailbox: Mailbox, secrets: string[]): Promise<string> {
  const endpoint = await bench.stripe.webhookEndpoints.create({ url: mailbox.url, enabled_events: ['*'] });
  await bench.door('secrets', { account: 'acct_milan', endpoint: endpoint.id, secrets });
  return endpoint.id;
}

const AT_ONCE = { minMs: 0, meanMs: 0, maxMs: 0 };

test('trap 31: webhooks come twice, with the same event id', async (t) => {
  const bench = await openBench(t, { webhooks: { twice: { perMille: 1000, next: 0 }, delay: AT_ONCE } });
  const mailbox = await openMailbox(t, ['whsec_a']);
  await subscribe(bench, mailbox, ['whsec_a']);
  await bench.provider.charge(chargeOf('r1', {}));
  await eventually(() => mailbox.events.filter(({ type }) => type === 'payment_intent.succeeded').length === 2);
  const ids = mailbox.events.filter(({ type }) => type === 'payment_intent.succeeded').map(({ eventId }) => eventId);
  assert.equal(new Set(ids).size, 1);
});

test('trap 31: webhooks come out of order, and the object fetched has the later state', async (t) => {
  const outOfOrderBy = { minMs: 300, meanMs: 300, maxMs: 300 };
  const bench = await openBench(t, {
    webhooks: { delay: AT_ONCE, outOfOrder: { perMille: 0, next: 1 }, outOfOrderBy },
  });
  const mailbox = await openMailbox(t, ['whsec_a']);
  await subscribe(bench, mailbox, ['whsec_a']);
  await bench.provider.charge(chargeOf('r1', {}));
  await eventually(() => mailbox.events.some(({ type }) => type === 'payment_intent.created'));
  assert.equal(mailbox.events.at(-1)?.type, 'payment_intent.created', 'the first event came last');
  const objectRef = mailbox.events.at(-1)?.objectRef ?? '';
  const fetched = await bench.provider.fetch({ merchantAccount: MILAN, providerRef: objectRef });
  assert.equal(fetched?.status, 'succeeded');
  assert.equal(fetched?.metadata.rental_id, 'r1');
});

test('trap 31: a webhook that was not acknowledged comes again, a lost one never', async (t) => {
  const bench = await openBench(t, { webhooks: { delay: AT_ONCE, never: { perMille: 0, next: 1 } } });
  const mailbox = await openMailbox(t, ['whsec_a']);
  await subscribe(bench, mailbox, ['whsec_a']);
  mailbox.answers.push(500, 500);
  await bench.provider.charge(chargeOf('r1', {}));
  await eventually(() => mailbox.answers.length === 0);
  await bench.door('advance', { by: '2m' });
  await eventually(() => mailbox.events.length === 2);
  assert.deepEqual(mailbox.events.map(({ type }) => type).sort(), ['charge.succeeded', 'payment_intent.succeeded']);
  const listed = (await bench.stripe.events.list()).data.map(({ type }) => type);
  assert.ok(listed.includes('payment_intent.created'), 'the lost one is still in the list of events');
});

test('trap 31: a webhook can come before the answer to the request that caused it', async (t) => {
  const bench = await openBench(t, { webhooks: { delay: AT_ONCE, first: { perMille: 0, next: 1 } } });
  const mailbox = await openMailbox(t, ['whsec_a']);
  await subscribe(bench, mailbox, ['whsec_a']);
  const answer = bench.provider.charge(chargeOf('r1', {}));
  await eventually(() => mailbox.events.some(({ type }) => type === 'charge.succeeded'));
  const isAnswered = await Promise.race([answer.then(() => true), Promise.resolve(false)]);
  assert.equal(isAnswered, false);
  assert.equal((await answer).outcome, 'succeeded');
});

test('trap 31: events are listed for 30 days only', async (t) => {
  const bench = await openBench(t, {});
  await bench.provider.charge(chargeOf('r1', {}));
  await bench.door('advance', { by: '31d' });
  const { data } = await bench.stripe.events.list({ type: 'charge.succeeded' });
  assert.deepEqual(data, []);
});

test('both secrets sign while they are exchanged, and either verifies', async (t) => {
  const bench = await openBench(t, { webhooks: { delay: AT_ONCE } });
  const old = await openMailbox(t, ['whsec_old']);
  const id = await subscribe(bench, old, ['whsec_new', 'whsec_old']);
  await bench.provider.charge(chargeOf('r1', {}));
  await eventually(() => old.events.length > 0);
  await bench.door('secrets', { account: 'acct_milan', endpoint: id, secrets: ['whsec_new'] });
  const before = old.events.length;
  await bench.provider.charge(chargeOf('r2', {}));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(old.events.length, before, 'the old secret alone verifies nothing more');
});

test('trap 32: a later failure does not show in a listing by creation; by its id it does', async (t) => {
  const bench = await openBench(t, {});
  const charge = await bench.provider.charge(chargeOf('r1', { paymentMethod: card('pm_card_processingFails_2h') }));
  assert.equal(charge.outcome, 'pending');
  const { to } = aroundNow();
  await bench.door('advance', { by: '3h' });
  const later = await bench.provider.listPayments({ merchantAccount: MILAN, cursor: null, from: to, to: to + 1e9 });
  assert.deepEqual(later?.items, []);
  const fetched = await bench.provider.fetch({ merchantAccount: MILAN, providerRef: charge.providerRef ?? '' });
  assert.deepEqual([fetched?.status, fetched?.code], ['failed', 'insufficient_funds']);
});

test('trap 33: each event and each payment has an id of its own; none is known by a text', async (t) => {
  const bench = await openBench(t, {});
  await bench.provider.charge(chargeOf('r1', {}));
  await bench.provider.charge(chargeOf('r2', {}));
  const { data } = await bench.stripe.events.list({ type: 'charge.succeeded' });
  assert.equal(new Set(data.map(({ id }) => id)).size, 2);
});

test('trap 34: one card has one fingerprint, two cards may share their last four digits', async (t) => {
  const bench = await openBench(t, {});
  const faces = [];
  for (const [rental, method] of [
    ['r1', 'pm_card_visa'],
    ['r2', 'pm_card_visa'],
    ['r3', 'pm_card_visa__wallet'],
  ] as const) {
    const seen = await bench.provider.charge(chargeOf(rental, { paymentMethod: card(method) }));
    faces.push((await bench.stripe.charges.retrieve(seen.providerRef ?? '')).payment_method_details?.card?.fingerprint);
  }
  assert.equal(faces[0], faces[1]);
  assert.notEqual(faces[1], faces[2], 'a wallet of the same person: identity is the rental, not the card');
});

test('trap 35: payouts are automatic, one for all that was booked, and the ledger adds up to them', async (t) => {
  const bench = await openBench(t, {});
  for (const rental of ['r1', 'r2', 'r3']) await bench.provider.charge(chargeOf(rental, {}));
  await bench.door('advance', { by: '3d' });
  const page = await bench.provider.listLedger({ merchantAccount: MILAN, cursor: null, from: 0, to: Date.now() * 2 });
  const sum = page?.items.reduce((total, { amount, fee }) => total + amount.amountMinor - fee.amountMinor, 0n);
  assert.equal(sum, 0n, 'charges less fees less payout');
  assert.equal(page?.items.filter(({ kind }) => kind === 'payout').length, 1);
  assert.equal((await bench.stripe.payouts.list()).data[0]?.automatic, true);
});
