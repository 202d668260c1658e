/**
 * Published files that are not in this repository, read by the command as a user would. They lie in `../shared/data`
 * beside the checkout; where they are absent, the tests say so and are skipped.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { breaches } from './real-data/json-schema.ts';
import { mdsPayload, tripId } from './real-data/mds-payload.ts';

const ROOT = join(import.meta.dirname, '..');
const DATA = join(ROOT, '..', 'shared', 'data');
const TAXI_MAP = join(ROOT, 'examples', 'nyc-taxi', 'map.json');

interface Summary {
  readonly counts: Readonly<Record<string, Readonly<Record<'read' | 'used' | 'repeated' | 'rejected', number>>>>;
  readonly findings: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly refund_due: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly causes: readonly unknown[];
}

interface Scanned {
  readonly status: number | null;
  readonly stderr: string;
  readonly summary: Summary;
  rows(file: string): readonly Readonly<Record<string, string>>[];
}

/** Skips the test, visibly, where the data is absent. */
function needs(t: TestContext, folder: string): boolean {
  if (existsSync(join(DATA, folder))) return true;
  t.skip(`${join(DATA, folder)} is not here`);
  return false;
}

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'storno-real-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function scan(folder: string, options: readonly string[]): Scanned {
  const out = join(folder, 'out');
  const cli = [join(ROOT, 'src', 'bin', 'cli.ts'), 'scan', ...options, '--out', out, '--quiet'];
  const { status, stderr } = spawnSync(process.execPath, cli, { cwd: folder, encoding: 'utf8' });
  assert.ok(status === 0 || status === 3, `exit ${status}: ${stderr}`);
  return {
    status,
    stderr,
    summary: JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Summary,
    rows: (file) => parse(readFileSync(join(out, file)), { columns: true, bom: true }),
  };
}

function findingsIn({ findings }: Summary): number {
  return Object.values(findings)
    .flatMap((grades) => Object.values(grades))
    .reduce((sum, count) => sum + count, 0);
}

function assertEveryRowAccounted({ counts }: Summary): void {
  for (const [fact, { read, used, repeated, rejected }] of Object.entries(counts)) {
    assert.equal(read, used + repeated + rejected, fact);
  }
}

function scanTaxi(t: TestContext, map: string): Scanned {
  const folder = emptyFolder(t);
  copyFileSync(map, join(folder, 'map.json'));
  for (const month of ['01', '02']) {
    const name = `green_tripdata_2023-${month}.parquet`;
    symlinkSync(join(DATA, 'trips', name), join(folder, name));
  }
  return scan(folder, ['--map', 'map.json', '--tz', 'America/New_York']);
}

test('two months of taxi trips: every row is used, and every voided trip comes out even', (t) => {
  if (!needs(t, 'trips')) return;
  const { status, summary } = scanTaxi(t, TAXI_MAP);
  assert.equal(status, 0);
  assert.deepEqual(summary.counts.payments, { read: 133_020, used: 133_020, repeated: 0, rejected: 0 });
  assert.equal(findingsIn(summary), 0);
  assert.deepEqual(summary.causes, []);
});

test('a taxi trip whose void is hidden is found: the silence above is not deafness', (t) => {
  if (!needs(t, 'trips')) return;
  const folder = emptyFolder(t);
  const hidden = JSON.parse(readFileSync(TAXI_MAP, 'utf8')) as { payments: { columns: Record<string, string> } };
  // The voids of payment type 3 ("no charge") are read as second charges.
  hidden.payments.columns.kind = "CASE WHEN total_amount < 0 AND payment_type <> 3 THEN 'refund' ELSE 'charge' END";
  const map = join(folder, 'map.json');
  writeFileSync(map, JSON.stringify(hidden));
  const { summary } = scanTaxi(t, map);
  const pairs = voidPairs().filter(({ neg_payment_type }) => Number(neg_payment_type) === 3);
  assert.equal(summary.findings.double_charge?.probable, pairs.length);
  const cents = pairs.reduce((sum, { pos_total }) => sum + Math.round(Number(pos_total) * 100), 0);
  assert.equal(summary.refund_due.USD?.probable, (cents / 100).toFixed(2));
});

function voidPairs(): readonly Readonly<Record<string, string>>[] {
  const rows: readonly Readonly<Record<string, string>>[] = parse(readFileSync(join(DATA, 'trips', 'void-pairs.csv')), {
    columns: true,
  });
  return rows.filter(({ kind }) => kind === 'void_pair');
}

for (const name of [
  'adyen-settlement-detail-batch-238.csv',
  'paypal-statement-en.csv',
  'paypal-empty-activity.csv',
] as const) {
  test(`${name}, as published: every row is used or rejected with a reason, and nothing is claimed`, (t) => {
    if (!needs(t, 'payments')) return;
    const file = join(DATA, 'payments', name);
    const rows: readonly unknown[] = parse(readFileSync(file), { columns: true, bom: true });
    const scanned = scan(emptyFolder(t), ['--payments', file]);
    assertEveryRowAccounted(scanned.summary);
    assert.equal(scanned.summary.counts.payments?.read, rows.length);
    const rejected = scanned.rows('rejected.csv');
    assert.equal(rejected.length, scanned.summary.counts.payments?.rejected);
    assert.ok(rejected.every(({ reason }) => (reason ?? '').length > 10));
    assert.equal(findingsIn(scanned.summary), 0);
  });
}

test('a trips payload of MDS 1.2.0 is read: costs in minor units, and no guess where the currency is missing', (t) => {
  if (!needs(t, 'mobility/mds-1.2.0')) return;
  const schema = JSON.parse(readFileSync(join(DATA, 'mobility', 'mds-1.2.0', 'provider-trips.schema.json'), 'utf8'));
  assert.deepEqual(breaches(mdsPayload(), schema, schema), []);
  assert.notDeepEqual(breaches({ version: '1.2.0', data: { trips: [{}] } }, schema, schema), []);

  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'trips.json'), JSON.stringify(mdsPayload()));
  writeFileSync(join(folder, 'payments.csv'), mdsPayments());
  const { summary, rows } = scan(folder, ['--rentals', 'trips.json', '--payments', 'payments.csv']);
  assert.deepEqual(summary.counts.rentals, { read: 5, used: 4, repeated: 0, rejected: 1 });
  const [rejected] = rows('rejected.csv');
  assert.equal(rejected?.column, 'currency');
  const found = rows('findings.csv').map(({ class: name, grade, payment_id, refund_due, currency }) =>
    [name, grade, payment_id, refund_due, currency].join(' '),
  );
  assert.deepEqual(found.sort(), [
    'double_charge proven p3-again 980 JPY',
    'duplicate_record probable p4 5.22 EUR',
    'overcharge proven p2 1138.50 USD',
  ]);
});

/** What the provider took for them: trip 2 a hundredfold of its cents, trip 3 twice, trip 4 is trip 1 once more. */
function mdsPayments(): string {
  const taken = [
    ['p1', 1, '5.22', 'EUR'],
    ['p2', 2, '1150.00', 'USD'],
    ['p3', 3, '980', 'JPY'],
    ['p3-again', 3, '980', 'JPY'],
    ['p4', 4, '5.22', 'EUR'],
  ] as const;
  const rows = taken.map(
    ([id, trip, amount, currency], index) =>
      `${id},charge,rider-${trip},${tripId(trip)},succeeded,${amount},${currency},2023-06-01T09:0${index}:00Z`,
  );
  const header = 'payment_id,kind,account_id,rental_id,status,amount,currency,created_at';
  return [header, ...rows].join('\n');
}
