import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { DEFAULT_2014 } from '../../src/core/remedy/remedy-policy.ts';
import { makeScenario } from '../../src/core/scenario/scenario.ts';
import { draftStatement, publishStatement, type StatementWorld } from '../../src/flow/remedy/public-statement.ts';
import { ianaCalendar } from '../../src/world/calendar.ts';
import { statementPress } from '../../src/world/letter/statement.ts';
import { CHECK_VIOLATION, sqlState } from '../../src/world/postgres/errors.ts';
import { openStatements } from '../../src/world/postgres/statements.ts';
import { furnish, type House, openFrom } from '../casework/house.ts';
import { atEnd, urlOf } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

const OPERATOR = { name: 'Esempio <Mobilità>', contact: 'help@example.com', accountUrl: 'https://example.com/account' };
const REFUSED_STEP = '23000';

let api: Api;
let house: House;
let world: StatementWorld;
let incidentId: string;

before(async () => {
  api = await startApi();
  house = await furnish(api.database, DEFAULT_2014);
  const opened = await openFrom(house, makeScenario({ cause: 'C08', accounts: 60, seed: 3 }));
  assert.ok(opened.ok, JSON.stringify(opened));
  incidentId = opened.value.incident.incidentId;
  const statements = openStatements(api.database.pool('storno_api'));
  world = { ...house.world, statements, press: statementPress, calendar: ianaCalendar };
});

atEnd(() => api.close());

const draft = (language: 'it' | 'de' | 'en', explanation: string | null = null) =>
  draftStatement(world, { incidentId, language, explanation, expectedBy: null, operator: OPERATOR, actor: house.anna });

const publish = (actor: House['anna'], revision: number, language: 'it' | 'de' | 'en' = 'en') =>
  publishStatement(world, { incidentId, language, revision, digest: null, actor });

test('nothing is public while it is only drafted, and drafting the same again changes nothing', async () => {
  const first = await draft('en');
  assert.ok(first.ok, JSON.stringify(first));
  assert.equal(first.value.kind, 'created');
  house.world.at += 3_600_000;
  const again = await draft('en');
  assert.ok(again.ok && again.value.kind === 'exists' && again.value.statement.revision === 1);
  for (const ending of ['', '/statement.json', '/feed.atom']) {
    assert.equal((await api.call('GET', `/public/statements/${incidentId}${ending}`, {})).status, 404, ending);
  }
  assert.equal((await api.call('GET', '/public/statements/inc_unknown', {})).status, 404);
});

test('whoever drafted it does not publish it, nor does somebody without the role', async () => {
  const own = await draftStatement(world, {
    incidentId,
    language: 'de',
    explanation: null,
    expectedBy: null,
    operator: OPERATOR,
    actor: house.bruno,
  });
  assert.ok(own.ok);
  assert.deepEqual(await publish(house.bruno, 1, 'de'), { ok: false, error: { kind: 'same_person' } });
  assert.deepEqual(await publish(house.anna, 1), { ok: false, error: { kind: 'may_not', role: 'approver' } });
  assert.deepEqual(await publish(house.bruno, 7), { ok: false, error: { kind: 'statement_unknown' } });
});

test('the database refuses the drafter, another role, other words, and every change, whoever asks', async () => {
  const { admin } = api.database;
  const insert = (language: string, by: string, digest: string | null = null) =>
    admin.query(
      `insert into storno.statement_publication
       select incident_id, language, revision, coalesce($3, content_digest), drafted_by, $2, now()
       from storno.statement where language = $1 and revision = 1`,
      [language, by, digest],
    );
  const refusedAs = (state: string) => (error: unknown) => sqlState(error) === state;
  await assert.rejects(insert('de', 'bruno'), refusedAs(CHECK_VIOLATION));
  await assert.rejects(insert('en', 'admin'), refusedAs(REFUSED_STEP));
  await assert.rejects(insert('en', 'bruno', '0'.repeat(64)), refusedAs('23503'));
  await assert.rejects(admin.query(`update storno.statement set title = 'other'`));
  await assert.rejects(admin.query('delete from storno.statement'));
  assert.equal((await admin.query('select from storno.statement_publication')).rowCount, 0);
});

test('what is published is a page without script, a feed and JSON, in whose headers nothing is loose', async () => {
  assert.ok((await publish(house.bruno, 1)).ok);
  const page = await api.call('GET', `/public/statements/${incidentId}`, {});
  assert.equal(page.status, 200, page.text);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(page.headers.get('cache-control'), 'public, max-age=30');
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'unsafe-inline'/);
  assert.ok(!/<script|<link|<img|javascript:/i.test(page.text));
  assert.ok(page.text.includes('Esempio &lt;Mobilità&gt;') && !page.text.includes('<Mobilità>'));
  assert.match(page.text, /Published on 18\sNovember 2014/u);
  const json = (await api.call('GET', `/public/statements/${incidentId}/statement.json`, {})).json as {
    figures: { customers: number; sums: { due: { amount: number }; refunded: { amount: number } }[] };
    statements: { language: string; revision: number }[];
  };
  assert.deepEqual(
    json.statements.map(({ language, revision }) => [language, revision]),
    [['en', 1]],
  );
  assert.ok(json.figures.customers > 0 && (json.figures.sums[0]?.due.amount ?? 0) > 0);
  const feed = await api.call('GET', `/public/statements/${incidentId}/feed.atom`, {});
  assert.equal(feed.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
  assert.match(feed.text, /^<\?xml version="1.0" encoding="utf-8"\?>\n<feed /u);
  assert.ok(feed.text.includes('Esempio &lt;Mobilità&gt;'));
});

test('figures are those of the books: what is due is what the findings say', async () => {
  const { rows } = await api.database.admin.query(
    `select sum(refund_due_minor)::text as due, count(distinct account_id)::int as customers
     from storno.incident_finding where grade = 'proven' and payment_id is not null`,
  );
  const { json } = await api.call('GET', `/public/statements/${incidentId}/statement.json`, {});
  const { figures } = json as { figures: { customers: number; sums: { due: { amount: number } }[] } };
  assert.equal(String(figures.sums[0]?.due.amount), rows[0].due);
  assert.equal(figures.customers, rows[0].customers);
});

test('an update is a further revision above the first, and nothing older follows it', async () => {
  house.world.at += 3_600_000;
  assert.ok((await draft('en', 'A time limit was <shorter> than an answer.')).ok);
  house.world.at += 3_600_000;
  assert.ok((await draft('en', 'A time limit was shorter than an answer.')).ok);
  assert.ok((await publish(house.bruno, 3)).ok);
  assert.deepEqual(await publish(house.bruno, 2), { ok: false, error: { kind: 'later_is_public' } });
  const again = await publish(house.bruno, 3);
  assert.ok(again.ok && again.value.kind === 'exists');
  const { text } = await api.call('GET', `/public/statements/${incidentId}?lang=en`, {});
  const [newest, oldest] = [text.indexOf('A time limit was shorter'), text.indexOf('still being')];
  assert.ok(newest > 0 && newest < (oldest === -1 ? text.length : oldest));
  assert.equal(text.split('<article').length - 1, 2);
});

test('a browser gets the language that it asks for, where something is published in it', async () => {
  assert.ok((await draft('it')).ok && (await publish(house.bruno, 1, 'it')).ok);
  const asked = async (languages: string) =>
    /<html lang="([a-z]+)/u.exec(
      (await api.call('GET', `/public/statements/${incidentId}`, { headers: { 'accept-language': languages } })).text,
    )?.[1];
  assert.equal(await asked('it-IT,en;q=0.5'), 'it');
  assert.equal(await asked('en-GB'), 'en');
  assert.equal(await asked('fr,de'), 'it');
  assert.equal((await api.call('GET', `/public/statements/${incidentId}?lang=de`, {})).status, 404);
  assert.equal((await api.call('GET', `/public/statements/${incidentId}?lang=xx`, {})).status, 400);
});

test('two people type it: one drafts, the other publishes what he has read', async () => {
  const keys = {
    anna: await api.key(['control'], { staffId: 'anna' }),
    bruno: await api.key(['control'], { staffId: 'bruno' }),
  };
  const storno = (who: 'anna' | 'bruno', ...words: readonly string[]) => {
    const env = {
      ...process.env,
      NO_COLOR: '1',
      STORNO_DATABASE_URL: urlOf(api.database),
      STORNO_KEY: keys[who],
      ...LETTERS,
    };
    const ran = spawnSync(join(import.meta.dirname, '../../storno'), words, { env, encoding: 'utf8', timeout: 60_000 });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  };
  const draft = ['statement', 'draft', incidentId, '--lang', 'it', '--explanation', 'Un errore.', '--json'];
  const drafted = storno('anna', ...draft);
  assert.equal(drafted.code, 0, drafted.err);
  const { result, revision, sha256 } = JSON.parse(drafted.out);
  assert.deepEqual([result, revision], ['created', 2]);
  assert.equal(JSON.parse(storno('anna', ...draft).out).result, 'exists');
  const publish = ['statement', 'publish', incidentId, '--lang', 'it', '--revision', '2'];
  assert.equal(storno('anna', ...publish).code, 5, 'she is no approver');
  assert.equal(storno('bruno', ...publish, '--digest', '0'.repeat(64)).code, 4, 'he read something else');
  assert.equal(storno('bruno', ...publish, '--digest', sha256).code, 0);
  assert.equal(storno('bruno', 'statement', 'publish', incidentId, '--lang', 'it', '--revision', '9').code, 2);
  assert.match(
    storno('anna', 'statement', 'show', incidentId).out,
    /^it revision 2: drafted by anna .* published by bruno/u,
  );
  assert.equal(storno('anna', 'statement', 'draft', 'inc_unknown').code, 2);
});

const LETTERS = {
  STORNO_OPERATOR_NAME: 'Esempio Mobilità',
  STORNO_OPERATOR_CONTACT: 'help@example.com',
  STORNO_ACCOUNT_URL: 'https://example.com/account',
  STORNO_MAIL_FROM: 'refunds@example.com',
  STORNO_ALARM_TO: 'oncall@example.com',
  STORNO_SMTP_URL: 'smtp://127.0.0.1:2525',
};
