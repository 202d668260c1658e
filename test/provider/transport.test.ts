/** What the wire can do to a request: the adapter against servers that behave as no provider should. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HOUR_MS } from '../../src/core/kernel/time.ts';
import { StripeProvider } from '../../src/world/provider/stripe.ts';
import { card, chargeOf, MILAN, openBench, openSdk, systemClock } from './harness.ts';

interface Foreign {
  readonly provider: StripeProvider;
  readonly requests: IncomingMessage[];
  readonly bodies: string[];
}

/** The adapter before a server of the test's own making. */
async function before(
  t: TestContext,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Foreign> {
  const requests: IncomingMessage[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      serve(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = systemClock();
  const sdk = openSdk(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock, 300);
  t.after(() => {
    sdk.close();
    server.closeAllConnections();
    server.close();
  });
  return { provider: new StripeProvider({ calls: sdk, clock }), requests, bodies };
}

const ANSWERS: readonly (readonly [title: string, serve: (response: ServerResponse) => void, detail: RegExp])[] = [
  [
    'an error status whose JSON has no error, which the SDK takes for success',
    (r) => r.writeHead(500).end('{"object":"payment_intent","status":"succeeded"}'),
    /HTTP 500 without an error object/,
  ],
  ['a page of a proxy', (r) => r.writeHead(502).end('<html>'), /HTTP 502 without JSON/],
  ['an empty success', (r) => r.writeHead(200).end(), /HTTP 200 without JSON/],
  [
    'a redirect, which is not followed',
    (r) => r.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    /HTTP 307 without JSON/,
  ],
  [
    'half an answer',
    (r) => {
      r.writeHead(200, { 'content-length': '100' });
      r.write('{"object":');
      setTimeout(() => r.destroy(), 20);
    },
    /answer broken off/,
  ],
  [
    'headers and then silence',
    (r) => {
      r.writeHead(200);
      r.write('{');
    },
    /no answer within 300 ms/,
  ],
  ['a closed connection', (r) => void r.destroy(), /connection failed: ECONNRESET/],
  [
    'a success of another object',
    (r) => r.writeHead(200).end('{"object":"charge","status":"succeeded"}'),
    /HTTP 200 without a payment intent/,
  ],
];

for (const [title, serve, detail] of ANSWERS) {
  test(`${title}: unknown, and sent once`, async (t) => {
    const { provider, requests } = await before(t, (_, response) => serve(response));
    const seen = await provider.charge(chargeOf('r1', {}));
    assert.equal(seen.outcome, 'unknown');
    assert.match(seen.detail, detail);
    assert.equal(requests.length, 1);
  });
}

test('the request carries key, account and version, and nothing of ours besides', async (t) => {
  const { provider, requests } = await before(t, (_, response) =>
    response.writeHead(200, { 'request-id': 'req_1' }).end('{"object":"payment_intent"}'),
  );
  // Telemetry would ride on the second request: it tells of the first.
  for (const _ of [1, 2]) await provider.charge(chargeOf('r1', {}));
  const headers = requests[1]?.headers ?? {};
  assert.equal(headers['idempotency-key'], 'storno:v1:charge:r1:rental:1:1');
  assert.equal(headers['stripe-account'], 'acct_milan');
  assert.equal(headers['stripe-version'], '2026-10-28.endive');
  assert.equal(headers['storno-horizon'], undefined);
  assert.equal(headers['x-stripe-client-telemetry'], undefined);
});

test('a resend is the same request, byte for byte', async (t) => {
  const { provider, bodies } = await before(t, (_, response) => response.writeHead(500).end());
  const horizonAt = Date.now() + HOUR_MS;
  for (const _ of [1, 2]) await provider.charge(chargeOf('r1', { horizonAt }));
  assert.equal(bodies.length, 2);
  assert.equal(bodies[0], bodies[1]);
  const form = new URLSearchParams(bodies[0]);
  const sent = ['amount', 'currency', 'confirm', 'off_session', 'metadata[reference]'].map((name) => form.get(name));
  assert.deepEqual(sent, ['1450', 'eur', 'true', 'true', 'storno:v1:charge:r1:rental:1:1']);
});

test('no connection: nothing was sent, and the observation says so', async () => {
  const closed = await new Promise<number>((resolve) => {
    const server = createTcp().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const clock = systemClock();
  const sdk = openSdk(`http://127.0.0.1:${closed}`, clock, 300);
  const seen = await new StripeProvider({ calls: sdk, clock }).charge(chargeOf('r1', {}));
  sdk.close();
  assert.deepEqual([seen.outcome, seen.detail], ['unknown', 'not sent: connection failed: ECONNREFUSED']);
});

test('listings and fetches that cannot be had are null, look-ups unknown', async (t) => {
  const { provider } = await before(t, (_, response) => response.writeHead(500).end());
  const window = { merchantAccount: MILAN, cursor: null, from: 0, to: 1000 };
  assert.equal(await provider.listPayments(window), null);
  assert.equal(await provider.listLedger(window), null);
  assert.equal(await provider.fetch({ merchantAccount: MILAN, providerRef: 'ch_1' }), null);
  const seen = await provider.lookUp({ reference: 'k', paymentMethod: card('pm_card_visa'), sentAt: Date.now() });
  assert.equal(seen.outcome, 'unknown');
});

test('a look-up that cannot read everything is unknown, never absent', async (t) => {
  const full = { object: 'list', has_more: true, data: [{ object: 'payment_intent', id: 'pi_1', metadata: {} }] };
  const { provider, requests } = await before(t, (_, response) => response.writeHead(200).end(JSON.stringify(full)));
  const seen = await provider.lookUp({ reference: 'k', paymentMethod: card('pm_card_visa'), sentAt: Date.now() });
  assert.equal(seen.outcome, 'unknown');
  assert.match(seen.detail, /not all were read/);
  assert.equal(requests.length, 2, 'two pages and no more');
  assert.match(requests[1]?.url ?? '', /starting_after=pi_1/);
});

test('a payment that waits for its absent customer is cancelled, and then it has failed for good', async (t) => {
  const bench = await openBench(t, {});
  const seen = await bench.provider.charge(chargeOf('r1', { paymentMethod: card('pm_card_actionRequired') }));
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'authentication_required']);
  assert.equal((await bench.stripe.paymentIntents.list({})).data[0]?.status, 'canceled');
});

test('authentication that the bank asks for off-session is a decline with its code', async (t) => {
  const bench = await openBench(t, {});
  const seen = await bench.provider.charge(chargeOf('r1', { paymentMethod: card('pm_card_authenticationRequired') }));
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'authentication_required']);
});

test('a payment method that is gone fails for good, with nothing taken', async (t) => {
  const bench = await openBench(t, {});
  const seen = await bench.provider.charge(chargeOf('r1', { paymentMethod: card('pm_detached') }));
  assert.deepEqual([seen.outcome, seen.declineCode], ['failed_final', 'resource_missing']);
});

test('every payment of a window is listed once over many pages, declines and second captures too', async (t) => {
  const bench = await openBench(t, { faults: { duplicateCapture: { perMille: 0, next: 1 } } });
  const expected = 130;
  for (let count = 0; count < expected; count += 1) {
    const method = count % 10 === 9 ? 'pm_card_chargeDeclined' : 'pm_card_visa';
    await bench.provider.charge(chargeOf(`r${count}`, { paymentMethod: card(method) }));
  }
  const seen = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const page = await bench.provider.listPayments({
      merchantAccount: MILAN,
      cursor,
      from: Date.now() - HOUR_MS,
      to: Date.now() + HOUR_MS,
    });
    assert.ok(page !== null);
    for (const item of page.items) {
      assert.ok(!seen.has(item.providerRef), `${item.providerRef} is listed twice`);
      seen.set(item.providerRef, item.status);
    }
    cursor = page.next;
  } while (cursor !== null);
  assert.equal(seen.size, expected + 1);
  assert.equal([...seen.values()].filter((status) => status === 'failed').length, 13);
  assert.equal(bench.record().takenTwice, 1);
});
