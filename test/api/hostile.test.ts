import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { SCOPES } from '../../src/http/policy.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;
let key: string;

before(async () => {
  api = await startApi();
  key = await api.key([...SCOPES]);
});

atEnd(() => api.close());

const MARKET = '{"time_zone":"Europe/Rome","currency":"EUR","vat_basis_points":2200}';

function put(body: string | Uint8Array, type: string | null) {
  return api.call('PUT', '/v1/markets/milano', { key, body, type });
}

test('a body of an odd type is refused before it is read, whatever it says', async () => {
  for (const type of [
    'application/json\t; x=1',
    'application/json ; charset=utf-8',
    'application/json;x=1',
    'application/json; charset=utf-16',
    'application/jsonx',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/x-ndjson',
    null,
  ]) {
    const { status, problem } = await put(MARKET, type);
    assert.equal(status, 415, String(type));
    assert.equal(problem.code, 'media_type_unsupported');
  }
  for (const type of ['application/json', 'Application/JSON', 'application/json; charset=utf-8']) {
    assert.ok((await put(MARKET, type)).status < 300, type);
  }
});

test('a body where none belongs, and none where one belongs, are refused', async () => {
  assert.equal((await api.call('PUT', '/v1/markets/milano', { key })).status, 400);
  const answer = await api.call('POST', '/v1/webhook-endpoints/whe_1/test', {
    key,
    body: '{}',
    headers: { 'idempotency-key': 'x' },
  });
  assert.equal(answer.status, 415);
});

test('a compressed body is refused', async () => {
  const { status } = await api.call('PUT', '/v1/markets/milano', {
    key,
    body: MARKET,
    headers: { 'content-encoding': 'gzip' },
  });
  assert.equal(status, 415);
});

test('JSON that programs read differently is refused', async () => {
  for (const body of [
    '{"__proto__":{"currency":"EUR"},"time_zone":"Europe/Rome","vat_basis_points":2200}',
    `{"time_zone":"Europe/Rome","currency":"EUR","currency":"USD","vat_basis_points":2200}`,
    `{"time_zone":"Europe/Rome","currency":"EUR","vat_basis_points":9007199254740993}`,
    `${'['.repeat(100_000)}`,
    MARKET.slice(0, -1),
  ]) {
    const { status, problem } = await put(body, 'application/json');
    assert.equal(status, 400);
    assert.equal(problem.code, 'body_malformed');
  }
  const broken = Buffer.concat([Buffer.from('{"time_zone":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  assert.equal((await put(broken, 'application/json')).problem.code, 'body_malformed');
  assert.equal(({} as Record<string, unknown>).currency, undefined);
});

test('a body over the limit is refused, announced or not', async () => {
  const huge = `{"time_zone":"${'x'.repeat(300 * 1024)}"}`;
  assert.equal((await put(huge, 'application/json')).status, 413);
});

test('fields that are unknown, missing, of another type or out of bounds are named', async () => {
  const { status, problem } = await put('{"time_zone":1,"currency":"euro","extra":true}', 'application/json');
  assert.equal(status, 400);
  const pointers = (problem.errors ?? []).map(({ pointer }) => pointer);
  for (const pointer of ['/time_zone', '/currency', '/extra']) assert.ok(pointers.includes(pointer), pointer);
  for (const vat of ['2200.5', '"2200"', '-1', '10001', 'null', 'true', '[2200]']) {
    const body = MARKET.replace('2200', vat);
    assert.equal((await put(body, 'application/json')).status, 400, vat);
  }
});

test('parameters that stand twice, are unknown or malformed are refused', async () => {
  for (const query of [
    'limit=1&limit=2',
    'account_id=a&account_id=b',
    'account_id[]=a',
    'account_id[x]=a',
    'limit=0',
    'limit=-1',
    'limit=1e3',
    'limit=501',
    'nothing=1',
    '__proto__=1',
    'cursor=AAAA',
    'ended_from=yesterday',
  ]) {
    assert.equal((await api.call('GET', `/v1/rentals?${query}`, { key })).status, 400, query);
  }
});

test('ids that are none are refused or not found, never an error of ours', async () => {
  for (const id of [
    'a%00b',
    '%2e%2e%2f',
    'a'.repeat(101),
    '%F0%9F%9A%97',
    "'%20or%201=1",
    '%E0%A4%A',
    '<script>',
    '%2F',
  ]) {
    for (const path of [`/v1/rentals/${id}`, `/v1/accounts/${id}`, `/v1/charges/${id}`, `/v1/charges/${id}/attempts`]) {
      const { status } = await api.call('GET', path, { key });
      assert.ok(status === 400 || status === 404, `${path} is ${status}`);
    }
  }
});

test('every answer bears a request id, the headers of safety, and no trace of what stands behind', async () => {
  for (const path of ['/healthz', '/v1/rentals', '/nothing', '/v1/rentals?limit=0', '/openapi.json']) {
    const { headers, text } = await api.call('GET', path, { key });
    assert.match(headers.get('x-request-id') ?? '', /^req_[0-9a-f]{32}$/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-powered-by'), null);
    assert.doesNotMatch(text, /node_modules|\.ts:\d+| at .*\(/);
  }
});

test('a forwarded address is not believed', async () => {
  const small = await startApi({ requests: 2 });
  try {
    const statuses = [];
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) {
      const headers = { 'x-forwarded-for': address };
      statuses.push((await small.call('GET', '/v1/control', { key: 'wrong', headers })).status);
    }
    assert.deepEqual(statuses, [401, 401, 429]);
  } finally {
    await small.close();
  }
});

test('what is no HTTP is closed, and the server lives', async () => {
  for (const bytes of [
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n',
    `GET /${'a'.repeat(70_000)} HTTP/1.1\r\n`,
  ]) {
    const answer = await speak(bytes);
    assert.match(answer, /^HTTP\/1\.1 4\d\d|^$/);
  }
  const smuggled =
    'POST /v1/rentals HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n';
  assert.match(await speak(smuggled), /^HTTP\/1\.1 4\d\d/);
  assert.equal((await api.call('GET', '/healthz', {})).status, 200);
});

function speak(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', () => undefined);
    socket.setTimeout(2000, () => socket.destroy());
  });
}
