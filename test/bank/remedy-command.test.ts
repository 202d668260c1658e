/** `storno notify`, `bank export|again|import|account` and `reconcile` as people type them, against a real database. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { openMailbox } from '../../src/world/mailbox.ts';
import { chargedTwice } from '../letters/outbox-house.ts';
import { atEnd, urlOf } from '../postgres.ts';
import { booking, type DeskHouse, IBAN, OUR_IBAN, openDeskHouse, paymentsIn, statement } from './desk-house.ts';

const STORNO = join(import.meta.dirname, '../../storno');
const BANK = { STORNO_BANK_IBAN: OUR_IBAN, STORNO_BANK_NAME: 'Pendolo Carsharing' };
const LETTERS = {
  STORNO_OPERATOR_NAME: 'Pendolo Carsharing',
  STORNO_OPERATOR_CONTACT: 'help@pendolo.example',
  STORNO_ACCOUNT_URL: 'www.pendolo.example/account',
  STORNO_SMTP_URL: 'smtp://127.0.0.1:1',
  STORNO_MAIL_FROM: 'letters@pendolo.example',
  STORNO_ALARM_TO: 'ops@pendolo.example',
};

let folder = '';
let house: DeskHouse;
const keys = new Map<string, string>();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'storno-desk-'));
  const endings: (() => unknown)[] = [];
  house = await openDeskHouse({ after: (ending: () => unknown) => endings.push(ending) } as never);
  atEnd(async () => {
    for (const ending of endings) await ending();
    rmSync(folder, { recursive: true, force: true });
  });
  await house.failed([chargedTwice('acc_0', 1450), chargedTwice('acc_1', 957)]);
  await house.admin.query(`update storno.staff set account_id = 'acc_1' where staff_id = 'carla';
    insert into storno.staff (staff_id, name, roles, recorded_at) values ('root', 'Root', '{admin}', '2026-01-01')`);
  for (const who of ['root', 'carla', 'vera']) {
    const words = ['key', 'create', '--name', who, '--scopes', 'control', '--staff', who, '--json'];
    keys.set(who, json(run([as('root')], ...words)).key);
  }
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(env: readonly Readonly<Record<string, string>>[], ...words: readonly string[]): Ran {
  const { PATH = '', HOME = '' } = process.env;
  const all = Object.assign({ PATH, HOME, NO_COLOR: '1', STORNO_DATABASE_URL: urlOf(house.database) }, ...env);
  const { status, stdout, stderr } = spawnSync(STORNO, words, { cwd: folder, env: all, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function as(who: string): Readonly<Record<string, string>> {
  return { STORNO_KEY: keys.get(who) ?? '' };
}

function json(ran: Ran) {
  assert.equal(ran.code, 0, ran.err + ran.out);
  return JSON.parse(ran.out);
}

function refused(ran: Ran, code: number, words: RegExp): void {
  assert.equal(ran.code, code, ran.err + ran.out);
  assert.match(ran.err, words);
  assert.equal(ran.out, '');
}

test('a transfer goes from the account that is named to a booking that is explained', async () => {
  const carla = [as('carla'), BANK, LETTERS];
  const account = ['bank', 'account', 'acc_0', '--holder', 'Giulia Ferrari', '--iban'];
  refused(run(carla, ...account, 'DE89370400440532013001'), 2, /The IBAN is wrong check digits/);
  refused(run([as('carla')], ...account, IBAN), 2, /set STORNO_OPERATOR_NAME/);
  refused(run([LETTERS], ...account, IBAN), 5, /Say who you are/);
  refused(run([as('vera'), LETTERS], ...account, IBAN), 5, /vera is no operator/);
  const [noBody, own] = [account.with(2, 'acc_9'), account.with(2, 'acc_1')];
  refused(run(carla, ...noBody, IBAN), 2, /No refund of acc_9 came back/);
  refused(run(carla, ...own, IBAN), 5, /acc_1 is your own account/);
  const entered = json(run(carla, ...account, 'de89 3704 0044 0532 0130 00', '--json'));
  assert.deepEqual([entered.account_id, entered.revision], ['acc_0', 1]);
  assert.ok(Date.parse(entered.usable_from) > Date.now() + 2 * 86_400_000);

  const words = ['bank', 'export', '--out', 'out.xml'];
  refused(run([as('carla')], ...words), 2, /STORNO_BANK_IBAN and STORNO_BANK_NAME/);
  refused(run([as('carla'), BANK, { STORNO_BANK_IBAN: 'IT1' }], ...words), 2, /STORNO_BANK_IBAN: The IBAN is/);
  assert.match(run(carla, ...words).out, /^Nothing is due over the bank\.\n$/);
  await house.admin.query(
    "update storno_pii.bank_account set entered_at = entered_at - interval '3 days', usable_from = now()",
  );
  const made = json(run(carla, ...words, '--json'));
  assert.deepEqual([made.orders, made.sums], [1, ['EUR 14.50']]);
  refused(run(carla, ...words), 2, /out\.xml is already there/);
  const body = readFileSync(join(folder, 'out.xml'));
  json(run(carla, 'bank', 'again', made.file_id, '--out', 'again.xml', '--json'));
  assert.deepEqual(readFileSync(join(folder, 'again.xml')), body);
  refused(run(carla, 'bank', 'again', 'bnk_0', '--out', 'none.xml'), 2, /There is no bank file bnk_0/);

  const reconcile = ['reconcile', 'inc_bank', '--as-of', made.execute_on];
  const before = run(carla, ...reconcile);
  assert.equal(before.code, 3, before.err);
  assert.match(before.out, /1 {2}not booked yet/);
  const [payment] = paymentsIn(body);
  assert.ok(payment !== undefined);
  writeFileSync(join(folder, 'statement.xml'), statement({ on: made.execute_on, entries: [booking(payment, 'B-1')] }));
  writeFileSync(join(folder, 'broken.xml'), '<Document');
  refused(run(carla, 'bank', 'import'), 2, /missing required argument 'files'/);
  const some = run(carla, 'bank', 'import', 'none.xml', 'broken.xml', 'statement.xml');
  assert.equal(some.code, 2, 'what could be read is taken, the rest is said');
  assert.match(some.err, /none\.xml cannot be read[\s\S]*broken\.xml/);
  assert.match(some.out, /^statement\.xml: 1 movements are new; 1 orders of ours went on\n$/);
  const again = json(run(carla, 'bank', 'import', 'statement.xml', '--json'));
  assert.deepEqual(
    [again.files[0].kind, again.files[0].movements, again.files[0].heard, again.files[0].known],
    ['exists', 0, 0, 1],
  );
  const found = json(run(carla, ...reconcile, '--json'));
  assert.deepEqual([found.even, found.expected, found.matched, found.open], [true, 1, 1, []]);
  refused(run(carla, 'reconcile', 'inc_bank', '--as-of', 'tomorrow'), 2, /--as-of tomorrow is no day: 2026-11-30/);
  refused(run(carla, 'reconcile', 'inc_0'), 2, /There is no incident inc_0/);
  const match = ['reconcile', 'match', '--expected', 'transfer:x', '--moved', 'mov_0', '--reason', 'seen'];
  refused(run(carla, ...match), 2, /Nothing moved under mov_0/);
  refused(run([as('vera')], ...match), 5, /vera is no operator/);
});

const REPORT = (letterId: string) => `From: MAILER-DAEMON@mx.example
To: letters@pendolo.example
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; giulia@posta.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <${letterId}@pendolo.example>

text
--b--
`;

test('who is to be told is written down once, and what became of a letter can be said', async () => {
  refused(run([], 'notify', 'inc_card'), 2, /STORNO_OPERATOR_NAME/);
  refused(run([{ STORNO_OPERATOR_NAME: 'Pendolo' }], 'notify', 'inc_card'), 2, /STORNO_OPERATOR_CONTACT/);
  refused(run([LETTERS], 'notify', 'inc_0'), 2, /There is no incident inc_0/);
  refused(run([LETTERS], 'notify'), 2, /missing required argument 'incident'/);
  const first = json(run([LETTERS], 'notify', 'inc_card', '--json'));
  assert.equal(first.letters.due >= 2, true, JSON.stringify(first));
  const second = json(run([LETTERS], 'notify', 'inc_card', '--json'));
  assert.deepEqual([second.written, second.letters], [0, first.letters]);
  assert.match(run([LETTERS], 'notify', 'inc_card').out, /^No letter is new\.\n +\d+ {2}wait for the worker\n$/);

  const { rows } = await house.admin.query(
    "select letter_id from storno.letter where incident_id = 'inc_card' and kind = 'refund_failed_choose' order by 1",
  );
  const [unknown, bounced] = rows.map(({ letter_id }) => letter_id as string);
  const settle = ['notify', 'settle', unknown ?? '', '--as'];
  refused(run([], ...settle, 'sent'), 2, /no letter of which nobody knows/);
  refused(run([], ...settle, 'lost'), 2, /Allowed choices are sent, due/);
  for (const state of ['sending', 'unknown']) {
    await house.admin.query(
      'update storno.letter set state = $1, run_at = null, version = version + 1 where letter_id = $2',
      [state, unknown],
    );
  }
  assert.deepEqual(json(run([], ...settle, 'due', '--json')), { letter_id: unknown, state: 'due' });

  writeFileSync(join(folder, 'report.eml'), REPORT(bounced ?? ''));
  writeFileSync(join(folder, 'other.eml'), 'From: a@b.example\n\nhello\n');
  refused(run([], 'notify', 'bounce', 'none.eml'), 2, /none\.eml cannot be read/);
  assert.deepEqual(json(run([], 'notify', 'bounce', 'other.eml', '--json')), { recorded: false });
  assert.equal(json(run([], 'notify', 'bounce', 'report.eml', '--json')).recorded, false, 'it was never sent');
  for (const state of ['sending', 'sent']) {
    await house.admin.query('update storno.letter set state = $1, version = version + 1 where letter_id = $2', [
      state,
      bounced,
    ]);
  }
  assert.equal(json(run([], 'notify', 'bounce', 'report.eml', '--json')).recorded, true);
  assert.match(run([LETTERS], 'notify', 'inc_card').out, /1 {2}came back/);
});

test('the worker sends what is due, once', async () => {
  const mailbox = await openMailbox(join(folder, 'mail'));
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, ...LETTERS, STORNO_SMTP_URL: mailbox.url, STORNO_DATABASE_URL: urlOf(house.database) };
  try {
    const due = "select letter_id from storno.letter where state = 'due'";
    await house.admin.query("insert into storno_pii.person values ('acc_0', 'Giulia', 'giulia@posta.example', now())");
    const waiting = (await house.admin.query(due)).rowCount ?? 0;
    for (let round = 0; round < 2; round += 1) {
      await promisify(execFile)(STORNO, ['worker', '--once'], { cwd: folder, env });
      assert.equal((await house.admin.query(due)).rowCount, 0);
    }
    assert.ok(mailbox.count() > 0 && mailbox.count() <= waiting, `${mailbox.count()} of ${waiting}`);
    const { rows } = await house.admin.query("select count(*)::int as sent from storno.letter where state = 'sent'");
    assert.equal(rows[0].sent, mailbox.count());
  } finally {
    await mailbox.close();
  }
});
