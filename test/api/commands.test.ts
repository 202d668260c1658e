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

const LOT = { market: 'milano', minutes: 30, last_day: '2027-02-28', source: 'goodwill' };

function grant(wish: string | null, body: object = LOT) {
  return api.call('POST', '/v1/accounts/acc_1/lots', {
    key,
    body: JSON.stringify(body),
    headers: wish === null ? {} : { 'idempotency-key': wish },
  });
}

async function lots(): Promise<number> {
  const { json } = await api.call('GET', '/v1/accounts/acc_1/lots', { key });
  return (json as { data: unknown[] }).data.length;
}

test('a command without its key is refused, and does nothing', async () => {
  const before = await lots();
  const { status, problem } = await grant(null);
  assert.deepEqual([status, problem.code], [400, 'idempotency_key_missing']);
  assert.equal(await lots(), before);
});

test('the same command is answered the same, byte for byte, and done once', async () => {
  const before = await lots();
  const first = await grant('wish-1');
  assert.equal(first.status, 201);
  assert.equal(first.headers.get('idempotent-replayed'), null);
  const again = await grant('wish-1');
  assert.equal(again.status, 201);
  assert.equal(again.text, first.text);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal(await lots(), before + 1);
});

test('another body under the same key is refused', async () => {
  await grant('wish-2');
  const { status, problem } = await grant('wish-2', { ...LOT, minutes: 60 });
  assert.deepEqual([status, problem.code], [422, 'idempotency_key_reused']);
});

test('equal commands at the same moment have one effect: the others wait or hear its answer', async () => {
  const before = await lots();
  const answers = await Promise.all([...Array(12)].map(() => grant('wish-3')));
  assert.equal(await lots(), before + 1);
  const statuses = answers.map(({ status }) => status);
  assert.ok(
    statuses.every((status) => status === 201 || status === 409),
    statuses.join(),
  );
  assert.equal(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size, 1);
});

test('the same key of another caller is another command', async () => {
  const other = await api.key([...SCOPES]);
  const before = await lots();
  await grant('wish-4');
  const body = JSON.stringify(LOT);
  await api.call('POST', '/v1/accounts/acc_1/lots', { key: other, body, headers: { 'idempotency-key': 'wish-4' } });
  assert.equal(await lots(), before + 2);
});

test('a refusal is kept as well: what was refused once stays refused under its key', async () => {
  const body = { ...LOT, market: 'atlantis' };
  const first = await grant('wish-5', body);
  assert.ok(first.status === 404 || first.status === 422, String(first.status));
  assert.equal((await grant('wish-5', body)).headers.get('idempotent-replayed'), 'true');
});

test('goodwill for one incident is given once to an account, whatever the key', async () => {
  const before = await lots();
  const body = { ...LOT, incident_id: 'inc_2014' };
  const first = await grant('wish-6', body);
  assert.equal(first.status, 201);
  const again = await grant('wish-7', { ...body, minutes: 90 });
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, first.json, 'what is there is answered, not what was wished for');
  assert.equal(await lots(), before + 1);
});
