import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../src/world/log.ts';

const PLANTED = [
  'mario.rossi@example.com',
  'IT60X0542811101000000123456',
  'DE89 3704 0044 0532 0130 00',
  '4242424242424242',
  '4242 4242 4242 4242',
  '3782-822463-10005',
  '4222222222222',
  'sk_storno_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'sk_live_51AbCdEf',
  'whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcy1vci1tb3Jl',
  'postgres://storno:hunter2@db/storno',
];

function lines() {
  const written: string[] = [];
  return { written, log: openLog({ write: (line) => void written.push(line) }) };
}

test('nothing planted in a message or in any allowed field reaches the log', () => {
  const { written, log } = lines();
  for (const secret of PLANTED) {
    log.info(`about ${secret}.`, { reason: secret, subject: `x ${secret} y` });
    log.error(secret, { error: secret, account_id: 'acc_1' });
  }
  assert.equal(written.length, 2 * PLANTED.length);
  for (const secret of [...PLANTED, 'hunter2']) assert.ok(!written.join('').includes(secret), secret);
});

test('a field that is not on the list is left out, whatever it holds, and counted', () => {
  const { written, log } = lines();
  log.info('request', { name: 'Mario Rossi', rental_id: 'rnt_7' });
  const line = JSON.parse(written[0] ?? '');
  assert.equal(line.name, undefined);
  assert.equal(line.fields_left_out, 1);
  assert.equal(line.rental_id, 'rnt_7');
});

test('ids, counts and times stay as they are', () => {
  const { written, log } = lines();
  const fields = {
    rental_id: 'rnt_2014-11-12.7',
    request_id: 'req_019ab0c3d4e5f60718293a4b5c6d7e8f',
    provider_ref: 'pi_3QXyZ2eZvKYlo2C1',
    duration_ms: 1234567,
    subject: 'on-call at 1763740800000',
  };
  log.warn('charge succeeded at 2026-11-10T18:42:11Z', fields);
  const { level, message, ...rest } = JSON.parse(written[0] ?? '');
  delete rest.time;
  assert.deepEqual(
    { level, message, rest },
    { level: 'warn', message: 'charge succeeded at 2026-11-10T18:42:11Z', rest: fields },
  );
});
