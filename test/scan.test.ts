/** The flow of a scan over real files and the real engine, below the command: one history, many forms, one verdict. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Explanation } from '../src/core/remedy/explain.ts';
import type { RejectedRow } from '../src/core/remedy/import.ts';
import type { Scan } from '../src/core/remedy/scan.ts';
import { summarise, sumRefundDue, toFindingRow } from '../src/core/remedy/summary.ts';
import { makeScenario, type ScenarioCause } from '../src/core/scenario/scenario.ts';
import type { Scenario } from '../src/core/scenario/write-history.ts';
import type { Sources } from '../src/flow/ports.ts';
import { explain, scan } from '../src/flow/remedy.ts';
import { openArchive } from '../src/world/duckdb/archive.ts';
import { openFolder } from '../src/world/out/folder.ts';
import { writeScenarioFiles } from '../src/world/out/scenario-files.ts';

const SEED = 7;
const SILENT = { begin() {}, advance() {}, end() {} };

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'storno-scan-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('CSV, NDJSON, Parquet, gzip and files that overlap give one and the same verdict', async () => {
  await make('C05', 40);
  const expected = summarise((await scanned(['C05/rentals.csv', 'C05/payments.csv'])).scan);
  assert.ok(expected.findings.double_charge.proven > 0, `nothing to compare (seed ${SEED})`);
  await convert();
  const forms: readonly (readonly [rentals: string, ...payments: string[]])[] = [
    ['C05/rentals.ndjson', 'C05/payments.ndjson'],
    ['C05/rentals.parquet', 'C05/payments.parquet'],
    ['C05/rentals.csv', 'C05/payments.csv.gz'],
    ['C05/rentals.csv', 'C05/part-*.csv'],
    ['C05/rentals.csv', 'C05/part-1.csv', 'C05/part-2.csv'],
    ['C05/semicolon.csv', 'C05/payments.csv'],
  ];
  for (const [rentals, ...payments] of forms) {
    const found = summarise((await scanned([rentals, ...payments])).scan);
    for (const part of ['incident', 'findings', 'accounts_affected', 'refund_due', 'causes'] as const) {
      assert.deepEqual(found[part], expected[part], `${part} of ${rentals} and ${payments.join(', ')}`);
    }
    assert.equal(found.counts.payments?.used, expected.counts.payments?.used, payments.join(', '));
    assert.equal(found.counts.rentals?.used, expected.counts.rentals?.used, rentals);
  }
});

test('a charge whose rental was rejected is only possible, by its reference and by its account', async () => {
  await make('none', 40);
  const lines = readFileSync(join(folder, 'none', 'rentals.csv'), 'utf8').split('\n');
  const damaged = lines.map((line, index) => (index % 5 === 1 ? line.replace(/,EUR\b/, ',Eur0') : line));
  writeFileSync(join(folder, 'none', 'damaged.csv'), damaged.join('\n'));
  const { counts, verdicts } = (await scanned(['none/damaged.csv', 'none/payments.csv'])).scan;
  const lost = verdicts.findings.filter((finding) => finding.class === 'charge_without_rental');
  assert.ok((counts.rentals?.rejected ?? 0) > 10 && lost.length > 10, `nothing was lost (seed ${SEED})`);
  assert.deepEqual(
    verdicts.findings.filter((finding) => finding.grade !== 'possible').map((finding) => finding.reason),
    [],
  );
  assert.match(lost[0]?.reason ?? '', /was rejected: mend that row and scan again/);
});

test('the lines of refunds.csv sum to what all findings owe', async () => {
  await make('C08', 40);
  const { refunds, verdicts } = (await scanned(['C08/rentals.csv', 'C08/payments.csv'])).scan;
  for (const [currency, sums] of sumRefundDue(verdicts.findings)) {
    for (const [grade, sum] of Object.entries(sums)) {
      const lines = refunds.filter((line) => line.currency === currency && line.grade === grade);
      assert.equal(
        lines.reduce((total, { refundDue }) => total + refundDue.amountMinor, 0n),
        sum,
        `${currency} ${grade}`,
      );
    }
  }
  assert.ok(refunds.length > 10);
});

test('explain says of every finding what findings.csv says, also where the incident raised its grade', async () => {
  await make('C08', 250);
  const files = ['C08/rentals.csv', 'C08/payments.csv'];
  const { findings } = (await scanned(files)).scan.verdicts;
  const raised = findings.filter(({ grade }) => grade === 'probable').slice(0, 1);
  const some = [...raised, ...findings.filter(({ grade }) => grade === 'proven').slice(0, 1)];
  assert.ok(raised.length > 0, `no fee was raised to probable (seed ${SEED})`);
  for (const finding of some) {
    for (const id of [finding.paymentId, finding.keptPaymentId, finding.rentalId]) {
      const { findings: explained } = await explanationOf(files, id ?? '');
      const same = explained.find(({ findingId }) => findingId === finding.findingId);
      assert.deepEqual(same && toFindingRow(same), toFindingRow(finding), `explain ${id}`);
    }
  }
});

test('whatever looks like a double charge and is none is explained in words', async () => {
  const { facts } = await make('none', 40);
  const files = ['none/rentals.csv', 'none/payments.csv'];
  const { findings } = (await scanned(files)).scan.verdicts;
  assert.deepEqual(
    findings.filter(({ grade }) => grade !== 'possible'),
    [],
  );
  const payments = new Map<string, number>();
  for (const { rentalId } of facts.payments) {
    if (rentalId !== null) payments.set(rentalId, (payments.get(rentalId) ?? 0) + 1);
  }
  const suspicious = [...payments].filter(([, count]) => count > 1).slice(0, 4);
  assert.equal(suspicious.length, 4);
  for (const [rentalId] of suspicious) {
    const { innocents, findings: found } = await explanationOf(files, rentalId);
    if (found.length > 0) continue;
    assert.ok(innocents.length > 0, `nothing is said of ${rentalId} (seed ${SEED})`);
    for (const { reason } of innocents) assert.match(reason, /^[A-Z].*\.$/s);
  }
});

test('a charge in another currency than the price is rejected at its place, and the rest is judged without it', async () => {
  write(
    'currency-rentals.csv',
    'rental_id,account_id,ended_at,amount_due,currency\nr1,a1,2014-11-10T08:50:00Z,14.50,EUR\n',
  );
  write(
    'currency.csv',
    `payment_id,kind,account_id,rental_id,status,amount,currency,created_at
p1,charge,a1,r1,succeeded,14.50,EUR,2014-11-10T08:51:00Z
p2,charge,a1,r1,succeeded,14.50,CHF,2014-11-10T08:52:00Z
p3,charge,a1,r1,succeeded,abc,EUR,2014-11-10T08:53:00Z
p4,charge,a1,r1,succeeded,14.50,EUR,2014-11-16T02:00:00Z
`,
  );
  const found = await scanned(['currency-rentals.csv', 'currency.csv']);
  assert.deepEqual(
    found.rejected.map(({ line, column, value }) => ({ line, column, value })),
    [
      { line: 3, column: 'currency', value: 'CHF' },
      { line: 4, column: 'amount', value: 'abc' },
    ],
  );
  assert.deepEqual(found.scan.counts.payments, { read: 4, used: 2, repeated: 0, rejected: 2 });
  assert.deepEqual(
    found.scan.verdicts.findings.map(({ paymentId, grade }) => [paymentId, grade]),
    [['p4', 'proven']],
  );
});

test('an unknown id is answered with those that come near', async () => {
  const { facts } = await make('C05', 40);
  const id = facts.payments[0]?.paymentId ?? '';
  const archive = await openArchive({ memory: '1GB' });
  try {
    const asked = `${id.slice(0, -1)}-`;
    const answer = await explain(
      { archive, progress: SILENT },
      { sources: sourcesOf(['C05/rentals.csv', 'C05/payments.csv']), id: asked },
    );
    assert.ok(answer.ok && answer.value.kind === 'unknown_id');
    assert.ok(answer.value.similar.includes(id), answer.value.similar.join(', '));
  } finally {
    await archive.close();
  }
});

async function make(cause: ScenarioCause, accounts: number): Promise<Scenario> {
  const scenario = makeScenario({ cause, accounts, seed: SEED });
  const opened = openFolder(join(folder, cause));
  assert.ok(opened.ok);
  await writeScenarioFiles(opened.value, scenario);
  return scenario;
}

/** The files of C05 in every other form in which they may come. */
async function convert(): Promise<void> {
  const path = (name: string) => join(folder, 'C05', name);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const fact of ['rentals', 'payments']) {
    const from = `from read_csv('${path(`${fact}.csv`)}', all_varchar = true)`;
    await connection.run(`copy (select * ${from}) to '${path(`${fact}.ndjson`)}' (format json)`);
    await connection.run(`copy (select * ${from}) to '${path(`${fact}.parquet`)}' (format parquet)`);
  }
  await connection.run(
    `copy (select * from read_csv('${path('rentals.csv')}', all_varchar = true)) to '${path('semicolon.csv')}' (delimiter ';')`,
  );
  connection.closeSync();
  instance.closeSync();
  writeFileSync(path('semicolon.csv'), `\uFEFF${readFileSync(path('semicolon.csv'), 'utf8').replaceAll('\n', '\r\n')}`);
  const payments = readFileSync(path('payments.csv'), 'utf8');
  writeFileSync(path('payments.csv.gz'), gzipSync(payments));
  const [header, ...lines] = payments.trimEnd().split('\n');
  const half = Math.floor(lines.length / 2);
  writeFileSync(path('part-1.csv'), `${[header, ...lines.slice(0, half + 50)].join('\n')}\n`);
  writeFileSync(path('part-2.csv'), `${[header, ...lines.slice(half)].join('\n')}\n`);
}

function sourcesOf([rentals = '', ...payments]: readonly string[]): Sources {
  const inFolder = (name: string) => join(folder, name);
  return { files: { rentals: [inFolder(rentals)], payments: payments.map(inFolder) }, map: null, timeZone: null };
}

async function scanned(
  files: readonly string[],
): Promise<{ readonly scan: Scan; readonly rejected: readonly RejectedRow[] }> {
  const archive = await openArchive({ memory: '1GB' });
  try {
    const result = await scan({ archive, progress: SILENT }, sourcesOf(files));
    if (!result.ok) throw new Error(result.error.map(({ message }) => message).join(' '));
    const rejected: RejectedRow[] = [];
    for await (const row of result.value.rejected()) rejected.push(row);
    return { scan: result.value.scan, rejected };
  } finally {
    await archive.close();
  }
}

async function explanationOf(files: readonly string[], id: string): Promise<Explanation> {
  const archive = await openArchive({ memory: '1GB' });
  try {
    const result = await explain({ archive, progress: SILENT }, { sources: sourcesOf(files), id });
    assert.ok(result.ok && result.value.kind === 'explained', id);
    return result.value.explanation;
  } finally {
    await archive.close();
  }
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}
