import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { OutboxEvent } from '../../src/core/fact/event.ts';
import type { Office } from '../../src/flow/ports/office.ts';
import { guarded } from '../../src/world/postgres/errors.ts';
import { openOffice } from '../../src/world/postgres/office.ts';
import { atEnd, freshDatabase, type TestDatabase } from '../postgres.ts';

const NOW = Date.UTC(2026, 10, 10, 18);

let database: TestDatabase;
let office: Office;

before(async () => {
  database = await freshDatabase();
  office = openOffice({ connections: database.pool('storno_api'), guard: guarded });
});

atEnd(() => database.close());

function event(rentalId: string): OutboxEvent {
  return { type: 'rental.ended', accountId: 'acc_1', data: { rental_id: rentalId }, happenedAt: NOW };
}

const COMMAND = { keyId: 'key_1', fingerprint: 'a'.repeat(64), now: NOW, leaseUntil: NOW + 60_000 };

test('of two equal commands at once one begins, and the other hears that it runs', async () => {
  const command = { ...COMMAND, idempotencyKey: 'race' };
  const begun = await Promise.all([...Array(8)].map(() => office.beginCommand(command)));
  assert.deepEqual(begun.map(({ kind }) => kind).sort(), ['begun', ...Array(7).fill('running')]);
});

test('a command answers the same for ever, to its own key alone, and another body is another command', async () => {
  const command = { ...COMMAND, idempotencyKey: 'once' };
  await office.beginCommand(command);
  await office.finishCommand(command, { status: 201, body: '{"a":1}' });
  await office.finishCommand(command, { status: 200, body: '{"a":2}' });
  const answered = { kind: 'answered', answer: { status: 201, body: '{"a":1}' } };
  assert.deepEqual(await office.beginCommand({ ...command, now: NOW + 1e11, leaseUntil: NOW + 2e11 }), answered);
  assert.deepEqual(await office.beginCommand({ ...command, fingerprint: 'b'.repeat(64) }), { kind: 'differs' });
  assert.deepEqual(await office.beginCommand({ ...command, keyId: 'key_2' }), { kind: 'begun' });
});

test('a command whose owner died is begun again after its lease, and a released one at once', async () => {
  const command = { ...COMMAND, idempotencyKey: 'dead' };
  await office.beginCommand(command);
  assert.equal((await office.beginCommand({ ...command, now: NOW + 59_999 })).kind, 'running');
  assert.equal((await office.beginCommand({ ...command, now: NOW + 60_000, leaseUntil: NOW + 120_000 })).kind, 'begun');
  await office.releaseCommand(command, NOW + 61_000);
  assert.equal((await office.beginCommand({ ...command, now: NOW + 61_000 })).kind, 'begun');
});

test('a key is read as it was put, revoked once, and says when it was last used', async () => {
  const key = {
    keyId: 'key_a',
    secretDigest: 'c'.repeat(64),
    name: 'app',
    scopes: ['rentals:write'],
    recordedAt: NOW,
    expiresAt: NOW + 1,
    revokedAt: null,
    lastUsedAt: null,
    staffId: null,
  };
  await office.putKey(key);
  assert.deepEqual(await office.readKey('key_a'), key);
  await office.touchKey('key_a', NOW + 5);
  assert.equal(await office.revokeKey('key_a', NOW + 9), 'revoked');
  assert.equal(await office.revokeKey('key_a', NOW + 10), 'exists');
  assert.equal(await office.revokeKey('key_b', NOW + 10), 'unknown');
  assert.deepEqual(await office.listKeys(), [{ ...key, lastUsedAt: NOW + 5, revokedAt: NOW + 9 }]);
});

test('a reader of events never misses one that was committed later with an earlier number', async () => {
  const late = await database.admin.connect();
  await late.query('begin');
  const insert = `insert into storno.outbox (account_id, type, data, happened_at) values ('acc_1', 'rental.ended', $1, now())`;
  await late.query(insert, [{ rental_id: 'first number' }]);
  await office.appendEvent(event('second number'));
  await office.sequenceEvents(NOW, 100);
  const page = await office.listEvents({ type: null, cursor: null, limit: 1 });
  assert.deepEqual(
    page.items.map(({ data }) => data.rental_id),
    ['second number'],
  );
  await late.query('commit');
  late.release();
  await office.appendEvent(event('third number'));
  await office.sequenceEvents(NOW, 100);
  const all = await office.listEvents({ type: null, cursor: null, limit: 2 });
  assert.deepEqual(
    all.items.map(({ data }) => data.rental_id),
    ['second number', 'first number'],
  );
  const rest = await office.listEvents({ type: null, cursor: all.next, limit: 2 });
  assert.deepEqual(
    rest.items.map(({ data }) => data.rental_id),
    ['third number'],
  );
  assert.equal(rest.hasMore, false);
  const end = await office.listEvents({ type: null, cursor: rest.next, limit: 2 });
  assert.deepEqual(end, { items: [], hasMore: false, next: rest.next });
});

test('several at once give each event one place, and each address one delivery', async () => {
  const endpoint = {
    url: 'https://a.example/',
    secrets: ['whsec_a'],
    types: [],
    state: 'enabled' as const,
    recordedAt: NOW,
  };
  await office.putEndpoint({ ...endpoint, endpointId: 'whe_all' });
  await office.putEndpoint({ ...endpoint, endpointId: 'whe_lots', types: ['lot.granted'] });
  for (let n = 0; n < 20; n += 1) await office.appendEvent(event(`many_${n}`));
  const counts = await Promise.all([...Array(5)].map(() => office.sequenceEvents(NOW, 7)));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    20,
  );
  const { rows } = await database.admin.query(
    'select count(*)::int as events, count(distinct position)::int as places, max(position)::int as last from storno.outbox',
  );
  assert.equal(rows[0].events, rows[0].places);
  assert.equal(rows[0].events, rows[0].last);
  assert.equal((await office.listDeliveries({ endpointId: 'whe_all', cursor: null, limit: 100 })).items.length, 20);
  assert.equal((await office.listDeliveries({ endpointId: 'whe_lots', cursor: null, limit: 100 })).items.length, 0);
});

test('a delivery is taken by one, and again when its lease is over; pages of the log join without a gap', async () => {
  const claim = { now: NOW, leaseUntil: NOW + 1000, limit: 100 };
  const [one, other] = await Promise.all([office.claimDeliveries(claim), office.claimDeliveries(claim)]);
  assert.equal(one.length + other.length, 20);
  assert.equal((await office.claimDeliveries(claim)).length, 0);
  assert.equal((await office.claimDeliveries({ ...claim, now: NOW + 1000, leaseUntil: NOW + 2000 })).length, 20);
  const first = await office.listDeliveries({ endpointId: 'whe_all', cursor: null, limit: 12 });
  const second = await office.listDeliveries({ endpointId: 'whe_all', cursor: first.next, limit: 12 });
  assert.equal(new Set([...first.items, ...second.items].map(({ eventId }) => eventId)).size, 20);
  assert.equal(second.next, null);
});

test('an address that is disabled is told nothing, and tells of it once; a resend makes one due again', async () => {
  const [delivery] = await office.claimDeliveries({ now: NOW + 2000, leaseUntil: NOW + 3000, limit: 1 });
  assert.ok(delivery);
  const { endpointId } = delivery.endpoint;
  const { eventId } = delivery.event;
  const outcome = {
    endpointId,
    eventId,
    at: NOW,
    status: 500,
    error: null,
    next: { kind: 'disable' as const, event: { ...event('x'), type: 'webhook.disabled' as const, data: {} } },
  };
  await office.finishDelivery(outcome);
  await office.finishDelivery(outcome);
  assert.equal((await office.readEndpoint(endpointId))?.state, 'disabled');
  assert.equal((await office.claimDeliveries({ now: NOW + 9e9, leaseUntil: NOW + 9e9 + 1, limit: 99 })).length, 0);
  await office.sequenceEvents(NOW, 100);
  const told = await office.listEvents({ type: 'webhook.disabled', cursor: null, limit: 10 });
  assert.equal(told.items.length, 1);
  assert.equal(await office.resend({ endpointId, eventId, now: NOW }), 'unknown');
  await office.changeEndpoint({ endpointId, url: null, types: null, state: 'enabled' });
  assert.equal(await office.resend({ endpointId, eventId, now: NOW }), 'due');
  assert.equal((await office.claimDeliveries({ now: NOW, leaseUntil: NOW + 1, limit: 9 })).length, 1);
});

test('a test event goes to its own address alone', async () => {
  const tested = await office.testEndpoint('whe_lots', {
    type: 'webhook.tested',
    accountId: '',
    data: { endpoint_id: 'whe_lots' },
    happenedAt: NOW,
  });
  assert.equal(tested?.type, 'webhook.tested');
  await office.sequenceEvents(NOW, 100);
  const due = await office.claimDeliveries({ now: NOW + 5, leaseUntil: NOW + 6, limit: 9 });
  assert.deepEqual(
    due.filter((delivery) => delivery.event.type === 'webhook.tested').map((delivery) => delivery.endpoint.endpointId),
    ['whe_lots'],
  );
});

test('a rotated secret stands before the one that it takes over from, and a third drops the first', async () => {
  await office.rotateSecret('whe_lots', 'whsec_b');
  const endpoint = await office.rotateSecret('whe_lots', 'whsec_c');
  assert.deepEqual(endpoint?.secrets, ['whsec_c', 'whsec_b']);
});

test('the gauges of an empty database are zero, and charging runs', async () => {
  const gauges = await office.readGauges(NOW);
  assert.deepEqual(
    { ...gauges, deliveriesDue: 0 },
    {
      due: 0,
      dueAgeMs: 0,
      inFlight: 0,
      inFlightAgeMs: 0,
      parked: 0,
      inboxWaiting: 0,
      deliveriesDue: 0,
      alarmsOpen: 0,
      charging: 1,
    },
  );
});
