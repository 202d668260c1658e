import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Folder,
  paymentsCsv,
  readFiles,
  refusalsOf,
  sayRejected,
  withDatabase,
  withFolder,
} from '../../../../test/import/files.ts';
import { quoteText } from '../open.ts';

const GERMAN =
  'Vorgang;Fahrt;Betrag;Gebucht am;Ergebnis;Server\nB1;F1;"1.014,50";16.11.2014 02:00;ok;a\nB2;F2;x;16.11.2014 03:00;ok;b\nB3;F3;1,00;99.11.2014 03:00;ok;b\nB4;F4;1,00;16.11.2014 03:00;storniert;b\n';

const COLUMNS = {
  payment_id: 'Vorgang',
  kind: "'charge'",
  status: "'succeeded'",
  rental_id: 'Fahrt',
  amount: "replace(replace(Betrag, '.', ''), ',', '.')",
  currency: "'EUR'",
  created_at: 'strptime("Gebucht am", \'%d.%m.%Y %H:%M\')',
};

function mapOf(folder: Folder, map: unknown): { path: string; text: string } {
  return { path: `${folder.path}/map.json`, text: typeof map === 'string' ? map : JSON.stringify(map) };
}

test('reads a foreign file through a map: SQL for columns, a condition, the rest as attributes', () =>
  withFolder(async (folder) => {
    folder.write('zahlungen.csv', GERMAN);
    const map = mapOf(folder, { payments: { from: 'zahl*.csv', where: "Ergebnis <> 'storniert'", columns: COLUMNS } });
    const { facts } = await readFiles({}, { map, timeZone: 'Europe/Berlin' });
    assert.deepEqual(facts.payments?.used, [
      {
        payment_id: 'B1',
        kind: 'charge',
        rental_id: 'F1',
        status: 'succeeded',
        amount_minor: 101450n,
        currency: 'EUR',
        created_at: 1416099600000n,
        purpose: 'rental',
        '@Ergebnis': 'ok',
        '@Server': 'a',
      },
    ]);
    assert.equal(facts.payments?.read, 3, 'what the condition leaves out is no row');
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), [
      '3 amount: amount is not a decimal number such as 1234.50 (no group marks, a point before the decimals).',
      `4 created_at: created_at is missing: the map's expression ${COLUMNS.created_at} gives nothing here.`,
    ]);
  }));

test('a map and plain files, and several entries, are one fact', () =>
  withFolder(async (folder) => {
    folder.write('a.csv', GERMAN);
    folder.write('b.ndjson', '{"id":"N1","cents":1450,"ms":1416103200000,"z":123456789012345.67}\n');
    const plain = folder.write('c.csv', paymentsCsv(['p1,charge,succeeded,1,EUR,2014-11-16T02:00:00Z']));
    const ndjson = {
      payment_id: 'id',
      kind: "'charge'",
      status: "'succeeded'",
      amount: "from_minor(cents, 'EUR')",
      currency: "'EUR'",
      created_at: 'make_timestamptz(ms::BIGINT * 1000)',
    };
    const map = mapOf(folder, {
      payments: [
        { from: 'a.csv', where: "Vorgang = 'B1'", columns: COLUMNS },
        { from: 'b.ndjson', columns: ndjson },
        { from: 'b.ndjson', columns: { ...ndjson, payment_id: "id || 'z'", amount: 'z' } },
      ],
    });
    const { facts } = await readFiles({ payments: [plain] }, { map, timeZone: 'Europe/Berlin' });
    assert.deepEqual(
      facts.payments?.used.map((row) => [row.payment_id, row.amount_minor, row.created_at]),
      [
        ['p1', 100n, 1416103200000n],
        ['B1', 101450n, 1416099600000n],
        ['N1', 1450n, 1416103200000n],
        ['N1z', 12345678901234567n, 1416103200000n],
      ],
    );
  }));

test('a condition that cannot be worked out rejects its row instead of losing it', () =>
  withFolder(async (folder) => {
    folder.write('a.csv', 'id,n\np1,1\np2,many\np3,5\n');
    const columns = {
      ...COLUMNS,
      payment_id: 'id',
      rental_id: 'NULL',
      amount: 'n',
      created_at: "'2014-11-16T02:00:00Z'",
    };
    const { facts } = await readFiles(
      {},
      { map: mapOf(folder, { payments: { from: 'a.csv', where: 'n::INTEGER > 2', columns } }) },
    );
    assert.deepEqual(
      facts.payments?.used.map(({ payment_id }) => payment_id),
      ['p3'],
    );
    assert.deepEqual(
      facts.payments?.rejected.map(({ line, value }) => [line, value]),
      [[3, 'n::INTEGER > 2']],
    );
    assert.match(facts.payments?.rejected[0]?.reason ?? '', /cannot be worked out for this row; use TRY_CAST/);
  }));

test('drives without customers say so with NULL, and keep their line behind a condition', () =>
  withFolder(async (folder) => {
    const path = `${folder.path}/trips.parquet`;
    await withDatabase(({ connection }) =>
      connection.run(
        `COPY (SELECT range::INTEGER AS n, 15.84::DOUBLE + range AS total, TIMESTAMP '2023-01-01 00:26:10' AS stop FROM range(5)) TO ${quoteText(path)} (FORMAT parquet)`,
      ),
    );
    const columns = {
      rental_id: "'t' || file_row_number",
      account_id: 'NULL',
      ended_at: 'stop',
      amount_due: 'CASE WHEN n <> 3 THEN total END',
      currency: "'USD'",
    };
    const map = mapOf(folder, { rentals: { from: 'trips.parquet', where: 'n > 1', columns } });
    const payments = folder.write('p.csv', paymentsCsv([]));
    const { facts, notes } = await readFiles({ payments: [payments] }, { map, timeZone: 'America/New_York' });
    assert.deepEqual(
      facts.rentals?.used.map((row) => [row.rental_id, row.account_id, row.amount_due_minor]),
      [
        ['t2', undefined, 1784n],
        ['t4', undefined, 1984n],
      ],
    );
    assert.deepEqual(
      facts.rentals?.rejected.map(({ line, column }) => [line, column]),
      [[4, 'amount_due']],
    );
    assert.ok(notes.some((note) => note.includes('amount_due is stored as binary fractions')));
  }));

/** A map with one thing wrong, and what must be said about it. */
const WRONG: readonly (readonly [title: string, map: unknown, says: RegExp])[] = [
  ['text that is no JSON', '{payments', /map\.json: is not JSON/],
  ['a list', [], /must be an object such as/],
  ['an unknown fact', { payment: {} }, /"payment" is no kind of fact; the kinds are rentals, payments/],
  ['an entry without file', { payments: { columns: COLUMNS } }, /payments needs "from"/],
  ['an entry without columns', { payments: { from: 'a.csv' } }, /payments needs "columns"/],
  [
    'a word that no entry knows',
    { payments: { from: 'a.csv', columns: COLUMNS, when: '1' } },
    /payments has "when", but an entry holds only/,
  ],
  [
    'an unknown column',
    { payments: [{ from: 'a.csv', columns: { ...COLUMNS, price: '1' } }] },
    /payments\[0\]\.columns\.price is no column of payments/,
  ],
  [
    'a missing column',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: undefined } } },
    /payments\.columns lacks amount/,
  ],
  [
    'NULL for what every row needs',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: ' null ' } } },
    /columns\.amount is NULL, but every row/,
  ],
  [
    'a number as expression',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 3 } } },
    /columns\.amount must be a SQL expression in quotes/,
  ],
  [
    'a column that is not there',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 'Betreg' } } },
    /columns\.amount is "Betreg": Binder Error: Referenced column "Betreg" not found/,
  ],
  [
    'broken SQL',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 'Betrag +' } } },
    /DuckDB does not understand: syntax error/,
  ],
  [
    'two statements',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: '1; DROP TABLE x' } } },
    /must be a single expression, without ";"/,
  ],
  [
    'two expressions',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: '1, 2' } } },
    /must be a single expression/,
  ],
  [
    'a way out of the brackets',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: '1 FROM (SELECT 1)' } } },
    /must be a single expression/,
  ],
  [
    'a subquery',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: '(SELECT 1)' } } },
    /must look at one row only \(subquery found\)/,
  ],
  [
    'a window',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 'row_number() OVER ()' } } },
    /must look at one row only \(window found\)/,
  ],
  [
    'an aggregate',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 'max(Betrag)' } } },
    /may not use max\(\), which looks at many rows/,
  ],
  [
    'chance',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, payment_id: 'uuid()' } } },
    /may not use uuid\(\), which answers differently/,
  ],
  [
    'rows out of one',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, amount: 'unnest([1, 2])' } } },
    /may not use unnest\(\)/,
  ],
  [
    'a number as time',
    { payments: { from: 'a.csv', columns: { ...COLUMNS, created_at: '1416103200000' } } },
    /created_at gives created_at as BIGINT, which is no time: make_timestamptz/,
  ],
  [
    'a condition that is none',
    { payments: { from: 'a.csv', where: 'Betrag', columns: COLUMNS } },
    /where gives VARCHAR, but a condition gives true or false/,
  ],
];

for (const [title, map, says] of WRONG) {
  test(`refuses a map with ${title}`, () =>
    withFolder(async (folder) => {
      folder.write('a.csv', GERMAN);
      const refusals = await refusalsOf({}, { map: mapOf(folder, map), timeZone: 'Europe/Berlin' });
      assert.ok(
        refusals.some(({ kind, message }) => kind === 'map_invalid' && says.test(message)),
        JSON.stringify(refusals),
      );
    }));
}

test('refuses the missing file of a map beside the faults of other files', () =>
  withFolder(async (folder) => {
    const map = mapOf(folder, { payments: { from: 'none.csv', columns: COLUMNS } });
    const bad = folder.write('bad.csv', 'a\n1\n');
    const kinds = (await refusalsOf({ rentals: [bad] }, { map })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['missing', 'column_missing']);
  }));
