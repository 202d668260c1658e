import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { StoreUnavailable } from '../../src/flow/ports/store.ts';
import { openMetrics } from '../../src/world/metrics.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;

before(async () => {
  api = await startApi();
});

atEnd(() => api.close());

function figure(text: string, name: string): number | null {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
}

test('Prometheus gets the queue, the unknown, alarms, control, and how long requests take', async () => {
  const key = await api.key(['metrics', 'control']);
  await api.call('GET', '/v1/control', { key });
  const { status, headers, text } = await api.call('GET', '/metrics', { key });
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(figure(text, 'storno_charging'), 1);
  assert.equal(figure(text, 'storno_database_up'), 1);
  for (const name of ['storno_charges_due', 'storno_charges_unknown_age_seconds', 'storno_alarms_open']) {
    assert.equal(figure(text, name), 0, name);
  }
  assert.equal(figure(text, 'storno_request_seconds_count{operation="readControl",status="200"}'), 1);
});

test('charging that was stopped shows, and an alarm that was raised', async () => {
  const key = await api.key(['metrics', 'control']);
  const body = JSON.stringify({ charging: 'stopped', reason: 'a test', by: 'the test' });
  const headers = { 'idempotency-key': 'stop' };
  assert.equal((await api.call('POST', '/v1/control', { key, body, headers })).status, 200);
  await api.store.raiseAlarm({ kind: 'charge_parked', subject: 'rnt_1:rental:1', message: 'Look.', at: Date.now() });
  const { text } = await api.call('GET', '/metrics', { key });
  assert.equal(figure(text, 'storno_charging'), 0);
  assert.ok((figure(text, 'storno_alarms_open') ?? 0) >= 1);
});

test('where the database does not answer its figures are gone, not old', async () => {
  let isUp = true;
  const gauges = { due: 7, dueAgeMs: 1, inFlight: 0, inFlightAgeMs: 0, parked: 0, inboxWaiting: 0 };
  const metrics = openMetrics(async () => {
    if (!isUp) throw new StoreUnavailable('gone');
    return { ...gauges, deliveriesDue: 0, alarmsOpen: 0, charging: 1 };
  });
  assert.equal(figure((await metrics.render()).text, 'storno_charges_due'), 7);
  isUp = false;
  const { text } = await metrics.render();
  assert.equal(figure(text, 'storno_database_up'), 0);
  assert.equal(figure(text, 'storno_charges_due'), null);
  assert.equal(figure(text, 'storno_charging'), null);
});
