import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPerson, isTestWord, lengthMsOf, type Role, roleOf } from './roles.ts';

const NAMES: readonly (readonly [name: string, role: Role | null])[] = [
  ['session_id', 'session'],
  ['deviceId', 'session'],
  ['Sitzung', 'session'],
  ['dispositivo', 'session'],
  ['worker', 'worker'],
  ['k8s_pod_name', 'worker'],
  ['hostname', 'worker'],
  ['job_run', 'run'],
  ['Abrechnungslauf', 'run'],
  ['scheduled_slot', 'slot'],
  ['batch_no', 'file'],
  ['file_sequence', 'file'],
  ['lotto', 'file'],
  ['sha256', 'file'],
  ['message_id', 'message'],
  ['eventId', 'message'],
  ['delivery_count', 'delivery_count'],
  ['ApproximateReceiveCount', 'delivery_count'],
  ['attempt', 'delivery_count'],
  ['created_by', 'actor'],
  ['operatore', 'actor'],
  ['Bearbeiter', 'actor'],
  ['app_version', 'version'],
  ['merchantAccount', 'source'],
  ['Quelle', 'source'],
  ['livemode', 'environment'],
  ['api_key', 'environment'],
  ['utc_offset', 'zone'],
  ['Zeitzone', 'zone'],
  ['Bemerkung', 'note'],
  ['response_ms', 'latency'],
  ['durata', 'latency'],
  ['Zahlungsmittel', 'instrument'],
  ['distance_km', null],
  ['colour', null],
  ['currency', null],
];

test('attributes are recognised by words of three languages in the spellings of exports', () => {
  assert.deepEqual(
    NAMES.map(([name]) => [name, roleOf(name)]),
    NAMES,
  );
});

test('people are told from machines', () => {
  const people = ['g.bianchi', 'anna@operator.example', 'Müller', 'agent-17'];
  const machines = [
    'system',
    'cron',
    'billing-worker',
    'api',
    'root',
    'webhook',
    'ci',
    'customer',
    '',
    'noreply@x.example',
  ];
  assert.deepEqual(people.filter(isPerson), people);
  assert.deepEqual(machines.filter(isPerson), []);
});

test('what is not the live system says so', () => {
  const tests = ['staging', 'TEST', 'stg-2', 'sandbox', 'false', 'qa', 'pre-prod', 'sk_test_51', 'host.dev.example'];
  const live = ['production', 'live', 'true', 'attest', 'contest', 'device', 'latest', 'w-1'];
  assert.deepEqual(tests.filter(isTestWord), tests);
  assert.deepEqual(live.filter(isTestWord), []);
});

test('lengths are read in the unit of their name', () => {
  assert.equal(lengthMsOf('310', 'response_ms'), 310);
  assert.equal(lengthMsOf('1.5', 'duration_s'), 1500);
  assert.equal(lengthMsOf('2', 'Dauer minuten'), 120_000);
  assert.equal(lengthMsOf('soon', 'response_ms'), null);
  assert.equal(lengthMsOf('', 'response_ms'), null);
});
