/** Letters as rows: who is told what, once, over PostgreSQL and a mail server that takes, refuses and vanishes. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { sha256 } from '../../src/world/digest.ts';
import { INSUFFICIENT_PRIVILEGE, sqlState } from '../../src/world/postgres/errors.ts';
import { chargedTwice, type LetterRow, type OutboxHouse, openOutboxHouse, type Step } from './outbox-house.ts';

const ACCEPTED: readonly Step[] = ['begin', 'accept', 'succeed'];

async function openWith(t: TestContext, accounts: number, minutes = 0): Promise<OutboxHouse> {
  const house = await openOutboxHouse(t);
  const refunds = Array.from({ length: accounts }, (_, at) => chargedTwice(`acc_${at}`, 1450));
  await house.plan('p1', refunds, { minutes });
  return house;
}

/** One letter that is due. */
async function openWithLetter(t: TestContext): Promise<OutboxHouse> {
  const house = await openWith(t, 1);
  await house.move('acc_0', ACCEPTED);
  assert.equal(await house.write(), 1);
  return house;
}

async function onlyLetter(house: OutboxHouse): Promise<LetterRow> {
  const letters = await house.letters();
  assert.equal(letters.length, 1);
  return letters[0] as LetterRow;
}

async function giveLot(house: OutboxHouse, accountId: string, lastDay: string): Promise<void> {
  await house.admin.query(
    `insert into storno.lot values ($1, 'lot_' || $1, 'milano', 30, 30, $2, $3::date, $3::timestamptz + interval '1 day',
      'goodwill', 'inc_p1', $2)`,
    [accountId, new Date(house.clock.at), lastDay],
  );
}

test('a letter waits until all refunds of the account are begun, one is accepted, and its minutes are there', async (t) => {
  const house = await openOutboxHouse(t);
  await house.plan('p1', [chargedTwice('acc_0', 1450), chargedTwice('acc_0', 957)], { minutes: 30 });
  assert.equal(await house.write(), 0, 'nothing is begun');
  await house.move('acc_0', ['begin', 'accept'], 'lia_p1_0');
  await giveLot(house, 'acc_0', '2026-05-03');
  assert.equal(await house.write(), 0, 'one is not begun');
  await house.move('acc_0', ['begin'], 'lia_p1_1');
  assert.equal(await house.write(), 0, 'one is perhaps under way');
  await house.move('acc_0', ['accept'], 'lia_p1_1');
  assert.equal(await house.write(), 1);
  const letter = await onlyLetter(house);
  assert.deepEqual([letter.kind, letter.occurrence, letter.state], ['refund_sent', 1, 'due']);
  assert.match(JSON.stringify(letter.facts), /"amount":\{"amount":2407,"currency":"EUR"\}/);
});

test('a letter waits for the minutes that the plan promises', async (t) => {
  const house = await openWith(t, 1, 30);
  await house.move('acc_0', ACCEPTED);
  assert.equal(await house.write(), 0);
  await giveLot(house, 'acc_0', '2026-05-03');
  assert.equal(await house.write(), 1);
  assert.equal(await house.write(), 0, 'nobody is told twice');
});

test('two writers and two senders at once: 200 accounts, each told once, every Message-ID once at the server', async (t) => {
  const house = await openWith(t, 200);
  await house.admin.query(`
    with begun as (update storno.refund set state = 'in_flight', version = version + 1 returning 1) select 1;
    update storno.refund set state = 'pending', version = version + 1, accepted_at = '2026-02-02 09:00'`);
  const written = await Promise.all([house.write(), house.write()]);
  assert.equal(written[0] + written[1], 200);
  const sent = await Promise.all([house.send(), house.send()]);
  assert.equal(sent[0] + sent[1], 200);
  assert.equal(await house.send(), 0);
  const letters = await house.letters();
  assert.equal(letters.filter(({ state, occurrence }) => state === 'sent' && occurrence === 1).length, 200);
  const arrived = house.mail.taken.map(({ messageId }) => messageId).toSorted();
  assert.deepEqual(arrived, letters.map(({ letter_id }) => `<${letter_id}@pendolo.example>`).toSorted());
  assert.equal(new Set(house.mail.taken.map(({ to }) => to)).size, 200);
});

test('what the server refuses for good is refused, and never sent again', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'refuses';
  assert.equal(await house.send(), 1);
  assert.equal((await onlyLetter(house)).state, 'refused');
  house.mail.behaves = 'takes';
  house.clock.at += 30 * DAY_MS;
  assert.equal(await house.send(), 0);
  assert.equal(house.mail.taken.length, 0);
});

test('what the server does not take for now is due again after its pauses, and in the end given up', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'says_later';
  const pauses = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];
  for (const [at, pause] of pauses.entries()) {
    assert.equal(await house.send(), 1);
    const { state, tries, run_at } = await onlyLetter(house);
    assert.deepEqual([state, tries, run_at?.getTime()], ['due', at + 1, house.clock.at + pause]);
    assert.equal(await house.send(), 0, 'not before its time');
    house.clock.at += pause;
  }
  assert.equal(await house.send(), 1);
  assert.equal((await onlyLetter(house)).state, 'refused');
  assert.equal(house.mail.taken.length, 0);
});

test('greylisted once, then taken: one letter', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'says_later';
  await house.send();
  house.mail.behaves = 'takes';
  house.clock.at += MINUTE_MS;
  assert.equal(await house.send(), 1);
  assert.equal((await onlyLetter(house)).state, 'sent');
  assert.equal(house.mail.taken.length, 1);
});

test('the connection goes before the letter was given: due again', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'cuts_before';
  await house.send();
  assert.equal((await onlyLetter(house)).state, 'due');
});

test('the connection goes after the final dot: unknown, never sent again by itself, until a person settles it', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'cuts_after';
  await house.send();
  const letter = await onlyLetter(house);
  assert.equal(letter.state, 'unknown');
  house.mail.behaves = 'takes';
  house.clock.at += 60 * DAY_MS;
  assert.equal(await house.send(), 0);
  assert.equal(house.mail.taken.length, 1);
  assert.equal(await house.box.settleUnknown('ltr_of_nobody', 'due', house.clock.at), 'unknown_letter');
  assert.equal(await house.box.settleUnknown(letter.letter_id, 'due', house.clock.at), 'applied');
  assert.equal(await house.box.settleUnknown(letter.letter_id, 'sent', house.clock.at), 'unknown_letter');
  assert.equal(await house.send(), 1);
  assert.equal((await onlyLetter(house)).state, 'sent');
  const ids = house.mail.taken.map(({ messageId }) => messageId);
  assert.deepEqual(ids, [ids[0], ids[0]], 'the same Message-ID, so that it is known as one');
});

test('a sender that is killed between begin and finish leaves an unknown letter once its lease is over', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'waits';
  const [claimed] = await house.box.claimLetters({
    now: house.clock.at,
    leaseUntil: house.clock.at + MINUTE_MS,
    limit: 1,
  });
  assert.ok(claimed !== undefined);
  const printed = { locale: 'it', subject: 's', text: 't', html: 'h' };
  const sending = { letter: claimed, printed, recipient: 'a@b.example', contentDigest: sha256('x') };
  assert.equal(await house.box.beginSending({ ...sending, now: house.clock.at }), 'applied');
  assert.equal(await house.box.beginSending({ ...sending, now: house.clock.at }), 'stale');
  assert.equal(await house.send(), 0);
  assert.equal((await onlyLetter(house)).state, 'sending', 'its lease holds');
  house.clock.at += MINUTE_MS;
  assert.equal(await house.send(), 0);
  assert.equal((await onlyLetter(house)).state, 'unknown');
  const late = {
    letter: { ...claimed, version: claimed.version + 1 },
    state: 'sent',
    runAt: null,
    outcome: null,
  } as const;
  assert.equal(
    await house.box.finishSending({ ...late, now: house.clock.at }),
    'stale',
    'whoever is late changes nothing',
  );
  assert.equal(house.mail.taken.length, 0);
});

test('a sender that is killed before it begins leaves the letter due', async (t) => {
  const house = await openWithLetter(t);
  await house.box.claimLetters({ now: house.clock.at, leaseUntil: house.clock.at + MINUTE_MS, limit: 1 });
  assert.equal(await house.send(), 0);
  house.clock.at += MINUTE_MS;
  assert.equal(await house.send(), 1);
  assert.equal(house.mail.taken.length, 1);
});

test('without an address a letter is unsendable, and no copy claims otherwise', async (t) => {
  const house = await openWithLetter(t);
  await house.admin.query('update storno_pii.person set mail = null');
  await house.send();
  assert.equal((await onlyLetter(house)).state, 'unsendable');
  assert.equal((await house.admin.query('select from storno_pii.letter_copy')).rowCount, 0);
});

test('a letter whose facts nobody can read, or that contradict each other, is unsendable, and the others go', async (t) => {
  const house = await openWith(t, 2);
  for (const account of ['acc_0', 'acc_1']) await house.move(account, ACCEPTED);
  await house.write();
  const { rows } = await house.admin.query("select facts from storno.letter where account_id = 'acc_0'");
  const facts = [{ kind: 'advert' }, { ...rows[0].facts, refunds: [] }];
  for (const [at, one] of facts.entries()) {
    await house.admin.query(
      `insert into storno.letter (account_id, letter_id, incident_id, kind, occurrence, locale, facts, state, run_at,
        version, tries, note, recorded_at)
      values ('acc_0', $1, 'inc_p1', 'refund_sent', $2, 'it', $3, 'due', $4, 1, 0, '', $4)`,
      [`ltr_${at}`, at + 2, one, new Date(house.clock.at)],
    );
  }
  await house.send();
  assert.deepEqual(
    (await house.letters()).map(({ state }) => state),
    ['sent', 'unsendable', 'unsendable', 'sent'],
  );
  assert.equal(house.mail.taken.length, 2);
});

test('a refund that comes back after its letter makes one letter with exactly the sums that came back', async (t) => {
  const house = await openOutboxHouse(t);
  await house.plan('p1', [chargedTwice('acc_0', 1450), chargedTwice('acc_0', 957)]);
  await house.move('acc_0', ACCEPTED);
  await house.write();
  await house.send();
  house.clock.at += 5 * DAY_MS;
  await house.move('acc_0', ['fail'], 'lia_p1_1');
  assert.equal(await house.write(), 1);
  assert.equal(await house.write(), 0);
  await house.send();
  const [failed, sent] = await house.letters();
  assert.deepEqual(
    [failed?.kind, failed?.state, sent?.kind, sent?.state],
    ['refund_failed_choose', 'sent', 'refund_sent', 'sent'],
  );
  assert.equal(failed?.facts.failed?.amount.amount, 957);
  house.clock.at += DAY_MS;
  await house.move('acc_0', ['fail'], 'lia_p1_0');
  assert.equal(await house.write(), 1, 'another one came back');
  assert.equal((await house.letters())[1]?.facts.failed?.amount.amount, 1450);
});

test('interest that comes back with its refund is part of the sum', async (t) => {
  const house = await openOutboxHouse(t);
  const interest = { ...chargedTwice('acc_0', 31), channel: 'credit_transfer', liability: 'time_value' } as const;
  await house.plan('p1', [{ ...chargedTwice('acc_0', 1450), channel: 'credit_transfer' }, interest]);
  await house.move('acc_0', ['begin', 'fail']);
  assert.equal(await house.write(), 1);
  const { facts } = await onlyLetter(house);
  assert.equal(facts.failed?.amount.amount, 1481);
  assert.deepEqual(house.said, []);
});

test('what no letter can be made of is said, and keeps no other letter back', async (t) => {
  const house = await openOutboxHouse(t);
  const interest = { ...chargedTwice('acc_0', 31), channel: 'credit_transfer', liability: 'time_value' } as const;
  await house.plan('p1', [chargedTwice('acc_0', 1450), interest, chargedTwice('acc_1', 957)]);
  for (const account of ['acc_0', 'acc_1']) await house.move(account, ACCEPTED);
  await house.move('acc_0', ['fail'], 'lia_p1_1');
  assert.equal(await house.write(), 2);
  const told = (await house.letters()).map(({ account_id, kind }) => `${account_id} ${kind}`);
  assert.deepEqual(told, ['acc_0 refund_sent', 'acc_1 refund_sent']);
  assert.deepEqual(house.said, ['a letter cannot be written: its facts contradict each other']);
});

test('minutes are reminded of 14 and 3 days before the last day, once each, and not when they are spent', async (t) => {
  const house = await openWith(t, 2, 30);
  await giveLot(house, 'acc_0', '2026-05-03');
  await giveLot(house, 'acc_1', '2026-05-03');
  await house.admin.query("update storno.lot set remaining = 0 where account_id = 'acc_1'");
  await house.admin.query("update storno.lot set remaining = 12 where account_id = 'acc_0'");
  const noon = (day: string) => Date.parse(`${day}T10:00:00Z`);
  const written = [];
  for (const day of [
    '2026-04-18',
    '2026-04-19',
    '2026-04-20',
    '2026-04-29',
    '2026-04-30',
    '2026-05-01',
    '2026-05-04',
  ]) {
    house.clock.at = noon(day);
    written.push(`${day} ${await house.write()}`, await house.write());
  }
  assert.deepEqual(
    written.filter((one) => one !== 0),
    ['2026-04-18 0', '2026-04-19 1', '2026-04-20 0', '2026-04-29 0', '2026-04-30 1', '2026-05-01 0', '2026-05-04 0'],
  );
  const letters = await house.letters();
  assert.deepEqual(
    letters.map(({ account_id, kind, occurrence }) => `${account_id} ${kind} ${occurrence}`),
    ['acc_0 minutes_reminder 1', 'acc_0 minutes_reminder 2'],
  );
  assert.match(JSON.stringify(letters[0]?.facts), /"minutes":12/);
});

test('however many were reminded already, and whatever cannot be said, nobody is kept back', async (t) => {
  const house = await openWith(t, 6, 30);
  for (let at = 0; at < 6; at += 1) await giveLot(house, `acc_${at}`, '2026-05-03');
  house.clock.at = Date.parse('2026-04-19T10:00:00Z');
  const written = [];
  for (let round = 0; round < 4; round += 1) written.push(await house.write(2));
  assert.deepEqual(written, [2, 2, 2, 0]);
  const interest = (account: string) =>
    ({ ...chargedTwice(account, 31), channel: 'credit_transfer', liability: 'time_value' }) as const;
  const unsayable = ['acc_7', 'acc_8', 'acc_9'];
  await house.plan('p2', [...unsayable.map(interest), chargedTwice('acc_99', 1450)]);
  for (const account of [...unsayable, 'acc_99']) await house.move(account, ['begin', 'accept']);
  assert.equal(await house.write(2), 1, 'three cannot be said, the fourth is');
  assert.equal(house.said.length, 3);
});

test('a letter that comes back is bounced, and only one that went out can', async (t) => {
  const house = await openWithLetter(t);
  const { letter_id: letterId } = await onlyLetter(house);
  const bounce = { letterId, note: 'came back: 5.1.1' };
  assert.equal(await house.box.recordBounce(bounce), 'unknown_letter', 'it did not go out yet');
  await house.send();
  assert.equal(await house.box.recordBounce(bounce), 'applied');
  assert.equal(await house.box.recordBounce(bounce), 'unknown_letter', 'it came back before');
  const { state, note } = await onlyLetter(house);
  assert.deepEqual([state, note], ['bounced', 'came back: 5.1.1']);
  assert.deepEqual(await house.box.countLetters('inc_p1'), { bounced: 1 });
});

test('the copy that is kept is what the server got, and the digest in the books is that of both', async (t) => {
  const house = await openWithLetter(t);
  await house.send();
  const { rows } = await house.admin.query('select * from storno_pii.letter_copy');
  const [copy] = rows;
  const [taken] = house.mail.taken;
  const lines = (text: string | undefined) => text?.replaceAll('\r\n', '\n').trimEnd();
  assert.equal(rows.length, 1);
  assert.equal(copy.recipient, taken?.to);
  assert.equal(copy.subject, taken?.subject);
  assert.equal(lines(copy.text_body), lines(taken?.text));
  assert.equal(lines(copy.html_body), lines(taken?.html));
  assert.match(copy.text_body, /Giulia acc_0/);
  const { content_digest: digest, message_id: messageId } = await onlyLetter(house);
  assert.equal(digest, sha256(`${copy.subject}\n${copy.text_body}\n${copy.html_body}`));
  assert.equal(messageId, taken?.messageId);
});

test('nothing in the books names the customer, whatever the server says', async (t) => {
  const house = await openWithLetter(t);
  house.mail.behaves = 'refuses';
  await house.send();
  const text = JSON.stringify(await house.letters());
  assert.doesNotMatch(text, /Giulia|posta\.example|User unknown/);
});

test('the role of the API reads neither addresses nor copies, and writes no letter', async (t) => {
  const house = await openWithLetter(t);
  await house.send();
  const pool = house.database.pool('storno_api');
  const asked = [
    'select mail from storno_pii.person',
    'select * from storno_pii.letter_copy',
    'select recipient from storno_pii.letter_copy',
    "update storno.letter set state = 'due', version = version + 1",
    'delete from storno.letter',
  ];
  for (const sql of asked) {
    const code = await pool.query(sql).then(
      () => 'done',
      (error: unknown) => sqlState(error),
    );
    assert.equal(code, INSUFFICIENT_PRIVILEGE, sql);
  }
});
