import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { journalLines } from '../src/core/ledger/journal.ts';
import { type Transfer, transfer } from '../src/core/ledger/transfer.ts';
import { trialBalances } from '../src/core/ledger/trial-balance.ts';
import { type Books, readBooks } from '../src/world/postgres/books.ts';
import { freshDatabase, type TestDatabase } from './postgres.ts';

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 23, 9);
const EVERYTHING = { from: null, to: null, accountId: null };
/** More than one fetch of the cursor. */
const MANY = 12_000;

let database: TestDatabase;
let books: Books;

before(async () => {
  database = await freshDatabase();
  books = readBooks(database.pool('storno_auditor'));
  await database.admin.query(`
    insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at)
    select 'acc_' || i % 7, 'capture', 'rnt_' || i, 'house_clearing', 'account_receivable', 'stripe', 'EUR', i,
      '2026-11-23T09:00:00Z'::timestamptz + i * interval '10 seconds'
    from generate_series(1, ${MANY}) i`);
  await database.admin.query(`
    insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at)
    values ('acc_1', 'minutes_granted', 'lot_1', 'house_minutes_granted', 'account_minutes', 'lot_1', 'MIN/roma', 30,
      '2026-11-23T09:00:00Z')`);
});

after(() => database.close());

test('a trial balance of all entries balances, and sums what was moved', async () => {
  const balances = trialBalances(await books.sums(EVERYTHING));
  assert.deepEqual(
    balances.map(({ asset, isBalanced, debits }) => [asset, isBalanced, debits]),
    [
      ['EUR', true, (BigInt(MANY) * BigInt(MANY + 1)) / 2n],
      ['MIN/roma', true, 30n],
    ],
  );
});

test('a period holds its first instant and not its last, and an account only its own', async () => {
  const read = await all(books.transfers({ from: MONDAY + 10_000, to: MONDAY + 30_000, accountId: null }));
  assert.deepEqual(
    read.map((entry) => entry.sourceRef),
    ['rnt_1', 'rnt_2'],
  );
  const own = await all(books.transfers({ ...EVERYTHING, accountId: 'acc_1' }));
  assert.ok(own.length > 1000 && own.every((entry) => entry.accountId === 'acc_1'));
});

test('all entries are read once, in order of time, over several fetches', async () => {
  const read = await all(books.transfers(EVERYTHING));
  assert.equal(read.length, MANY + 1);
  assert.equal(
    new Set(read.map(({ accountId, kind, sourceRef }) => `${accountId} ${kind} ${sourceRef}`)).size,
    MANY + 1,
  );
  assert.ok(read.every((entry, index) => index === 0 || entry.happenedAt >= (read[index - 1]?.happenedAt ?? 0)));
});

test('the days sum to the entries', async () => {
  const days = await books.daySums(EVERYTHING);
  assert.ok(days.length >= 3 && days.every((day) => day.day <= '2026-11-25'));
  const sum = days.reduce((before, day) => before + day.amount, 0n);
  const entries = (await all(books.transfers(EVERYTHING))).map((entry) => entry.amount);
  assert.equal(
    sum,
    entries.reduce((before, amount) => before + amount, 0n),
  );
});

test('what is read makes a journal, and a reader who stops early leaves no transaction open', async () => {
  for await (const entry of books.transfers({ from: MONDAY, to: MONDAY + DAY, accountId: null })) {
    const [debit, credit] = journalLines(transfer(entry satisfies Transfer), new Map());
    assert.equal(debit.debit, credit.credit);
    break;
  }
  const { rows } = await database.admin.query<{ open: bigint }>(
    "select count(*) as open from pg_stat_activity where datname = current_database() and state like 'idle in%'",
  );
  assert.equal(rows[0]?.open, 0n);
});

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}
