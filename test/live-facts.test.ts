/**
 * One definition of a double charge, three ways to it: the screen in PostgreSQL, the engine of files over the exported
 * facts, and core over everything must say the same of the same live history.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { adjudicate } from '../src/core/remedy/adjudicate.ts';
import type { Finding } from '../src/core/remedy/finding.ts';
import { openArchive } from '../src/world/duckdb/archive.ts';
import { exportFacts } from '../src/world/postgres/facts.ts';
import { readLiveFacts } from '../src/world/postgres/live-facts.ts';
import { insertLiveHistory } from './live-facts/history.ts';
import { freshDatabase, type TestDatabase } from './postgres.ts';

const SEED = Number(process.env.STORNO_SEED ?? Date.now() % 1_000_000);
const SILENT = { begin: () => undefined, advance: () => undefined, end: () => undefined };
const ACCOUNTS = 300;

let database: TestDatabase;

before(async () => {
  database = await freshDatabase();
  await insertLiveHistory(database.admin, { seed: SEED, accounts: ACCOUNTS });
});
after(() => database.close());

test(`screen in PostgreSQL, files and core agree on every finding (seed ${SEED})`, async () => {
  const facts = readLiveFacts(database.pool('storno_auditor'));
  const setting = await facts.readSetting();
  const proposed = await facts.screen();
  const { rows } = await database.admin.query<{ id: string }>(
    "select account_id as id from storno.rental union select account_id from storno.payment union select ''",
  );
  const everybody = rows.map(({ id }) => id);
  assert.ok(proposed.length > 10 && proposed.length < everybody.length, `${proposed.length} of ${everybody.length}`);

  const byScreen = adjudicate(await facts.factsOf(proposed, setting)).findings;
  const byCore = adjudicate(await facts.factsOf(everybody, setting)).findings;
  const byFiles = await findByFiles();
  assert.ok(byCore.length > 20, `${byCore.length} findings`);
  assert.deepEqual(byScreen.map(say), byCore.map(say));
  assert.deepEqual(byFiles.map(say), byCore.map(say));
});

test('what was touched in a stretch is found again page by page, with those who share a drive', async () => {
  const facts = readLiveFacts(database.pool('storno_auditor'));
  const always = { from: Date.UTC(2020, 0), to: Date.UTC(2030, 0) };
  const all = await facts.touched({ ...always, after: null, limit: 100_000 });
  const paged: string[] = [];
  for (;;) {
    const page = await facts.touched({ ...always, after: paged.at(-1) ?? null, limit: 37 });
    paged.push(...page);
    if (page.length < 37) break;
  }
  assert.deepEqual(paged, all);
  assert.deepEqual(await facts.touched({ ...always, to: always.from, after: null, limit: 10 }), []);
});

test('a charge of a moment ago is judged without reading anybody else', async () => {
  const facts = readLiveFacts(database.pool('storno_auditor'));
  const setting = await facts.readSetting();
  const now = Date.UTC(2028, 0, 1);
  await database.admin.query(
    `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, rental_id, purpose,
      occurrence, generation, status, amount_minor, currency, idempotency_key, created_at, first_seen_at, last_seen_at)
    select account_id, provider, merchant_account, 'ch_again', kind, rental_id, purpose, occurrence, generation, status,
      amount_minor, currency, 'another key', created_at + interval '1 minute', $1, $1
    from storno.payment where account_id = 'acc_calm' and kind = 'charge'`,
    [new Date(now)],
  );
  const touched = await facts.touched({ from: now, to: now + 1, after: null, limit: 10 });
  assert.deepEqual(touched, ['acc_calm']);
  const { findings } = adjudicate(await facts.factsOf(touched, setting));
  assert.deepEqual(
    findings.map(({ class: what, grade, paymentId }) => `${what} ${grade} ${paymentId}`),
    ['double_charge proven stripe:acct_1:ch_again'],
  );
});

async function findByFiles(): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'storno-test-live-'));
  const client = await database.pool('storno_auditor').connect();
  const archive = await openArchive({ memory: '500MB' });
  try {
    const { settlements: _, ...files } = await exportFacts(client, folder);
    const opened = await archive.open({ files, map: null, timeZone: null });
    assert.ok(opened.ok);
    const { counts } = await archive.import(SILENT);
    assert.ok(Object.values(counts).every(({ rejected, repeated }) => rejected + repeated === 0));
    return adjudicate(await archive.screen(SILENT)).findings;
  } finally {
    await archive.close();
    client.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(finding: Finding): string {
  const { class: what, grade, rentalId, paymentId, keptPaymentId, refundDue, accountId } = finding;
  return `${what} ${grade} ${accountId} ${rentalId} ${paymentId} keeps ${keptPaymentId} due ${refundDue.amountMinor} ${refundDue.currency}`;
}
