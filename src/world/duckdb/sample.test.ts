import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FactKind } from '../../core/fact/fact.ts';
import { currencies } from '../../core/kernel/currency.ts';
import { judge } from '../../core/remedy/adjudicate.ts';
import type { Population } from '../../core/remedy/population.ts';
import { openArchive } from './archive.ts';
import { MEMORY_LIMIT, openDatabase, queryRows, quoteText } from './open.ts';
import { currencyHash } from './outline.ts';
import { samplePart } from './sample.ts';

const SILENT = { begin() {}, advance() {}, end() {} };

const PARTS: readonly (readonly [fact: FactKind, rows: number, part: number | null])[] = [
  ['payments', 0, null],
  ['payments', 1_000_000, null],
  ['payments', 1_000_001, 4],
  ['rentals', 10_000_000, 32],
  ['charges', 50_000_000, 128],
  ['settlements', 50_000_000, null],
];

for (const [fact, used, part] of PARTS) {
  test(`of ${used} rows of ${fact} ${part === null ? 'all' : `one in ${part}`} tell how attributes are spread`, () => {
    const counts = new Map([[fact, { read: used, used, repeated: 0, rejected: 0 }]]);
    assert.equal(samplePart(fact, { counts }), part);
  });
}

test('the bits that stand for a currency in the outline are different for all known codes', async () => {
  const database = await openDatabase({ memoryLimit: MEMORY_LIMIT, threads: 1, spillFolder: null });
  try {
    const codes = currencies().map(([code]) => `(${quoteText(code)})`);
    const rows = await queryRows(
      database,
      `select count(*), count(distinct ${currencyHash('code')}) from (values ${codes.join(', ')}) known(code)`,
    );
    assert.deepEqual(rows, [[BigInt(codes.length), BigInt(codes.length)]]);
  } finally {
    database.close();
  }
});

const ROWS = 1_200_000;
const PART = 4;

test('a sample tells shares and kinds of columns as counting all would', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-sample-'));
  try {
    const file = join(folder, 'payments.parquet');
    await writePayments(file);
    const { attributes, sampled } = await populationOf(file);
    assert.deepEqual(sampled, [{ fact: 'payments', part: PART }]);
    const base = (name: string) => attributes.find((each) => each.name === name);
    assertNear(base('worker')?.rows, ROWS);
    assertNear(base('worker')?.values.get('w1'), ROWS / 8);
    assertNear(base('worker')?.nulls, 0);
    assertNear(base('note')?.nulls, ROWS / 2);
    // Three rows of each card, of which the sample mostly holds one: how many cards there are is reckoned, not counted.
    assert.equal(base('worker')?.distinct, 8);
    assert.ok((base('card')?.distinct ?? 0) > ROWS / 5, 'a card is nearly an identifier');
    assert.ok((base('batch')?.distinct ?? 0) < ROWS / 1000, 'a batch is none');
    // What a value of the findings counts is never less than what the findings themselves show of it.
    assert.ok((base('rare')?.values.get('twice') ?? 0) >= 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Within three in a hundred of all rows: far beyond what chance does to a sample of 300,000. */
function assertNear(value: number | undefined, expected: number): void {
  assert.ok(Math.abs((value ?? Number.NaN) - expected) < 0.03 * ROWS, `${value} is far from ${expected}`);
}

async function writePayments(file: string): Promise<void> {
  const database = await openDatabase({ memoryLimit: MEMORY_LIMIT, threads: 2, spillFolder: null });
  try {
    await database.connection.run(
      `copy (
         select 'p' || i as payment_id, 'charge' as kind, 'a' || i // 5 as account_id,
           'r' || case when i % 1000 = 1 then i - 1 else i end as rental_id, 'succeeded' as status,
           9.5::decimal(18, 2) as amount, 'EUR' as currency,
           timestamptz '2026-01-01 00:00:00Z' + to_seconds(i) as created_at, 'w' || i % 8 as worker,
           'card' || i // 3 as card, 'batch' || i // 5000 as batch, case when i % 2 = 0 then 'x' end as note,
           case when i < 2 then 'twice' else 'other' end as rare
         from range(${ROWS}) rows(i)
       ) to ${quoteText(file)} (format parquet)`,
    );
  } finally {
    database.close();
  }
}

async function populationOf(file: string): Promise<Population> {
  const archive = await openArchive({ memory: MEMORY_LIMIT });
  try {
    const opened = await archive.open({ files: { payments: [file] }, map: null, timeZone: null });
    assert.ok(opened.ok);
    await archive.import(SILENT);
    const { findings } = judge(await archive.screen(SILENT));
    assert.equal(findings.length, ROWS / 1000);
    return await archive.population(findings, SILENT);
  } finally {
    await archive.close();
  }
}
