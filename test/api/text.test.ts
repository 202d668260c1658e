import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { SCOPES } from '../../src/http/policy.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;
let key: string;

before(async () => {
  api = await startApi();
  key = await api.key([...SCOPES]);
  await api.prepare(key);
});

atEnd(() => api.close());

let commands = 0;

function send(path: string, body: string, type = 'application/json') {
  commands += 1;
  return api.call('POST', path, { key, body, type, headers: { 'idempotency-key': `text-${commands}` } });
}

function rental(id: string, vehicle: string): string {
  return `{"rental_id":"${id}","account_id":"acc_1","market":"milano","vehicle_id":"${vehicle}",${TIMES}}`;
}

const TIMES = `"started_at":"2026-11-10T18:00:00Z","ended_at":"2026-11-10T18:42:10Z","amount_due":{"amount":1218,"currency":"EUR"}`;

test('a text that PostgreSQL cannot keep as it was sent is refused, wherever it stands', async () => {
  await send('/v1/rentals', rental('rnt_text', 'car'));
  for (const odd of ['\\u0000', 'a\\u0000b', '\\ud800', '\\udc00\\ud800']) {
    for (const [path, body] of [
      ['/v1/rentals', rental('rnt_odd', odd)],
      ['/v1/rentals/rnt_text/void', `{"reason":"${odd}"}`],
      ['/v1/control', `{"charging":"stopped","reason":"${odd}","by":"mia"}`],
      ['/v1/markets/milano/plans', `{"plan":{"plan_id":"${odd}"}}`],
    ] as const) {
      const { status, problem } = await send(path, body);
      assert.deepEqual([status, problem.code], [400, 'body_malformed'], `${path} ${odd}`);
    }
  }
  assert.equal((await api.store.readControl()).charging, 'running');
});

test('one line of many with such a text is refused, and the others are taken', async () => {
  const lines = [
    rental('rnt_l1', 'car'),
    rental('rnt_l2', '\\u0000'),
    rental('rnt_l3', '\\ud83d'),
    rental('rnt_l4', 'c'),
  ];
  const { text } = await send('/v1/rentals', `${lines.join('\n')}\n`, 'application/x-ndjson');
  const answers = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { result: string; code: string | null });
  assert.deepEqual(
    answers.slice(0, lines.length).map(({ result, code }) => code ?? result),
    ['created', 'body_malformed', 'body_malformed', 'created'],
  );
});

test('an address or a filter with a zero in it names nothing', async () => {
  for (const path of [
    '/v1/markets/a%00b',
    '/v1/rentals?market=%00',
    '/v1/rentals?account_id=a%00',
    '/v1/charges?account_id=%00',
  ]) {
    const { status } = await api.call('GET', path, { key });
    assert.ok(status === 400 || status === 404, `${path} is ${status}`);
  }
  const market = '{"time_zone":"Europe/Rome","currency":"EUR","vat_basis_points":2200}';
  assert.equal((await api.call('PUT', '/v1/markets/a%00b', { key, body: market })).status, 400);
});

test('a text of any script, with its signs, comes back as it was sent', async () => {
  const said = 'a\u0301 \u00e1 \u202e\u05d0 \ud83d\ude97 \ufeff\uffff';
  await send('/v1/rentals', rental('rnt_signs', JSON.stringify(said).slice(1, -1)));
  const { json } = await api.call('GET', '/v1/rentals/rnt_signs', { key });
  assert.equal((json as { vehicle_id: string }).vehicle_id, said);
});
