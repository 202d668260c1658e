import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, beforeEach, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { DAY_MS, HOUR_MS } from '../../src/core/kernel/time.ts';
import type { Office } from '../../src/flow/ports/office.ts';
import { guarded } from '../../src/world/postgres/errors.ts';
import { openOffice } from '../../src/world/postgres/office.ts';
import { isPublic } from '../../src/world/webhook/guard.ts';
import { post } from '../../src/world/webhook/post.ts';
import { sendWebhooksOnce, type WebhookSender } from '../../src/world/webhook.ts';
import { atEnd, freshDatabase, type TestDatabase } from '../postgres.ts';

const SECRETS = ['whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcy1vci1tb3Jl', 'whsec_b2xkLXNlY3JldC1vZi0yNC1ieXRlcy1vci1tb3Jl'];
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let database: TestDatabase;
/** Each as its own role of the database: the API is told of addresses, a worker sends. */
let office: Office;
let sending: Office;
let now = Date.now();
let got: Got[] = [];
let answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string };

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const { status, headers = {}, body = '' } = answer(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
});

function url(path: string): string {
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
}

before(async () => {
  database = await freshDatabase();
  office = openOffice({ connections: database.pool('storno_api'), guard: guarded });
  sending = openOffice({ connections: database.pool('storno_worker'), guard: guarded });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  got = [];
  answer = () => ({ status: 204 });
});

atEnd(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await database.close();
});

function sender(reach: WebhookSender['reach']): WebhookSender {
  const clock = { now: () => now, monotonicMs: () => now, sleep: async () => undefined };
  return { office: sending, clock, log: SILENT, reach, countDelivery: () => undefined };
}

async function tell(endpointId: string, path: string): Promise<void> {
  await office.putEndpoint({
    endpointId,
    url: url(path),
    secrets: SECRETS,
    types: [],
    state: 'enabled',
    recordedAt: now,
  });
  await office.testEndpoint(endpointId, { type: 'webhook.tested', accountId: '', data: { n: 1 }, happenedAt: now });
}

test('a message verifies by Standard Webhooks with the new secret and with the old one', async () => {
  await tell('whe_a', '/a');
  assert.equal(await sendWebhooksOnce(sender('any')), 1);
  assert.equal(got.length, 1);
  const { headers, body } = got[0] as Got;
  for (const secret of SECRETS) {
    const payload = new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string };
    assert.equal(payload.type, 'webhook.tested');
  }
  const stranger = new Webhook('whsec_c3RyYW5nZXItc2VjcmV0LW9mLTI0LWJ5dGVzLWlzLWxvbmc=');
  assert.throws(() => stranger.verify(body, headers as Record<string, string>));
  assert.throws(() => new Webhook(SECRETS[0] ?? '').verify(`${body} `, headers as Record<string, string>));
  assert.equal(headers['webhook-id'], JSON.parse(body).event_id);
  assert.equal(await sendWebhooksOnce(sender('any')), 0);
});

test('a message that is not taken comes again with the same id, later and later, and then no more', async () => {
  await tell('whe_b', '/b');
  answer = () => ({ status: 503 });
  const begun = now;
  const waits: number[] = [];
  for (let tries = 0; tries < 100; tries += 1) {
    const before = got.length;
    await sendWebhooksOnce(sender('any'));
    assert.equal(got.length, before + 1);
    const [delivery] = (await office.listDeliveries({ endpointId: 'whe_b', cursor: null, limit: 1 })).items;
    if (delivery?.state !== 'due' || delivery.runAt === null) break;
    waits.push(delivery.runAt - now);
    now = delivery.runAt;
  }
  assert.deepEqual(waits.slice(0, 4), [30_000, 60_000, 120_000, 240_000]);
  assert.equal(Math.max(...waits), 8 * HOUR_MS);
  assert.ok(now - begun > 2.5 * DAY_MS && now - begun <= 3 * DAY_MS);
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal((await office.readEndpoint('whe_b'))?.state, 'disabled');
  await office.sequenceEvents(now, 100);
  const told = await office.listEvents({ type: 'webhook.disabled', cursor: null, limit: 10 });
  assert.deepEqual(
    told.items.map(({ data }) => data.endpoint_id),
    ['whe_b'],
  );
});

test('an address that says 410 is disabled at once', async () => {
  await sendWebhooksOnce(sender('any'));
  await tell('whe_c', '/c');
  answer = () => ({ status: 410 });
  await sendWebhooksOnce(sender('any'));
  assert.equal((await office.readEndpoint('whe_c'))?.state, 'disabled');
});

test('a redirect is not followed: it is an answer that does not take the message', async () => {
  answer = (path) => (path === '/r' ? { status: 302, headers: { location: url('/secret') } } : { status: 200 });
  const message = { url: url('/r'), headers: {}, body: '{}' };
  assert.deepEqual(await post(message, 'any'), { kind: 'answered', status: 302 });
  assert.equal(got.length, 1);
});

test('an endless answer is not read to its end', async () => {
  answer = () => ({ status: 200, body: 'x'.repeat(10_000_000) });
  assert.deepEqual(await post({ url: url('/long'), headers: {}, body: '{}' }, 'any'), {
    kind: 'answered',
    status: 200,
  });
});

test('a private address gets no connection, however it is written, and the log names it', async () => {
  const port = (receiver.address() as AddressInfo).port;
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '127.1', '[::ffff:127.0.0.1]']) {
    const posted = await post({ url: `http://${host}:${port}/`, headers: {}, body: '{}' }, 'public');
    assert.equal(posted.kind, 'failed', host);
    assert.match(posted.kind === 'failed' ? posted.error : '', /not public/, host);
  }
  assert.equal(got.length, 0);
  assert.equal((await post({ url: `http://127.1:${port}/`, headers: {}, body: '{}' }, 'any')).kind, 'answered');
});

test('addresses of every special range are private, and those of the internet public', () => {
  const special = '10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.31.0.1 192.168.1.1 198.18.0.1 224.0.0.1 0.0.0.0';
  for (const address of special.split(' ')) assert.equal(isPublic(address), false, address);
  const special6 =
    '::1 :: fe80::1 fc00::1 fd00:ec2::254 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2001:db8::1 ff02::1';
  for (const address of special6.split(' ')) assert.equal(isPublic(address), false, address);
  for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111']) assert.equal(isPublic(address), true);
  assert.equal(isPublic('example.com'), false);
});
