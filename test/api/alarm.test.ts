import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { StoreUnavailable } from '../../src/flow/ports/store.ts';
import type { Alarm } from '../../src/flow/ports/world.ts';
import { openAlarmBell } from '../../src/world/alarm.ts';
import { openLog } from '../../src/world/log.ts';
import { openMail } from '../../src/world/mail.ts';

const letters: string[] = [];
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      letters.push(Buffer.concat(chunks).toString());
      done();
    });
  },
});

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => new Promise<void>((resolve) => server.close(resolve)));

const ALARM: Alarm = {
  kind: 'double_charge',
  subject: 'rnt_7:rental:1',
  message: 'Rental rnt_7 was charged twice: pi_1 and pi_2. The second is owed back.',
  at: Date.UTC(2026, 10, 10, 18),
};

function bell(raise: () => Promise<'raised' | 'exists'>, port: number) {
  const lines: string[] = [];
  const counted: string[] = [];
  const mail = openMail({
    smtpUrl: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    from: 'storno@example.com',
    to: ['on-call@example.com'],
  });
  const log = openLog({ write: (line) => void lines.push(line) });
  return {
    lines,
    counted,
    bell: openAlarmBell({ store: { raiseAlarm: raise }, log, mail, countAlarm: (kind) => void counted.push(kind) }),
  };
}

function port(): number {
  return (server.server.address() as AddressInfo).port;
}

test('an alarm is a log line, a count and a letter that a mail server takes', async () => {
  letters.length = 0;
  const ringing = bell(async () => 'raised', port());
  await ringing.bell.raise(ALARM);
  assert.deepEqual(ringing.counted, ['double_charge']);
  assert.equal(ringing.lines.length, 1);
  assert.match(ringing.lines[0] ?? '', /rnt_7:rental:1/);
  assert.equal(letters.length, 1);
  assert.match(letters[0] ?? '', /To: on-call@example.com\r\n/);
  assert.match(letters[0] ?? '', /Subject: Storno: double charge/);
  assert.match(letters[0] ?? '', /charged twice: pi_1 and pi_2/);
});

test('an alarm that was raised before is silent', async () => {
  letters.length = 0;
  const ringing = bell(async () => 'exists', port());
  await ringing.bell.raise(ALARM);
  assert.deepEqual([ringing.counted, ringing.lines, letters], [[], [], []]);
});

test('an alarm is said also where the database does not answer', async () => {
  letters.length = 0;
  const ringing = bell(async () => {
    throw new StoreUnavailable('gone');
  }, port());
  await ringing.bell.raise(ALARM);
  assert.equal(letters.length, 1);
});

test('a mail server that does not answer fails no alarm, and is logged', async () => {
  const ringing = bell(async () => 'raised', 1);
  await ringing.bell.raise(ALARM);
  assert.equal(ringing.lines.length, 2);
  assert.match(ringing.lines[1] ?? '', /ESOCKET|ECONNREFUSED/);
});
