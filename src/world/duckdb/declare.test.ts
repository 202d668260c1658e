import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  paymentsCsv,
  plainPayment,
  readFiles,
  refusalsOf,
  withDatabase,
  withFolder,
} from '../../../test/import/files.ts';
import { quoteText } from './open.ts';

const PAYMENT = {
  payment_id: 'p1',
  kind: 'charge',
  status: 'succeeded',
  amount_minor: 1450n,
  currency: 'EUR',
  created_at: 1416103200000n,
  purpose: 'rental',
};

/** What each refused file holds, and the beginning of what is said about it. */
const REFUSED: readonly (readonly [
  title: string,
  name: string,
  content: string | Uint8Array,
  kind: string,
  says: RegExp,
])[] = [
  ['an empty file', 'a.csv', '', 'empty', /a\.csv is empty \(0 bytes\)/],
  ['a file of blanks', 'a.csv', '\n  \n', 'empty', /holds nothing but blanks/],
  ['a binary file', 'a.csv', Uint8Array.of(1, 0, 2, 3), 'binary', /is not text, and neither Parquet nor gzip/],
  ['a PDF', 'a.csv', '%PDF-1.7 and so on', 'binary', /is not text/],
  ['a workbook', 'a.xlsx', 'PK\x03\x04 and so on', 'binary', /Excel workbook.*"CSV UTF-8"/],
  ['UTF-16', 'a.csv', Buffer.from('\ufeffpayment_id,kind', 'utf16le'), 'binary', /UTF-16.*UTF-8/],
  [
    'a damaged gzip',
    'a.csv.gz',
    gzipSync(paymentsCsv([plainPayment('p1')])).subarray(0, 40),
    'unreadable',
    /damaged gzip/,
  ],
  ['a damaged Parquet', 'a.parquet', `PAR1${'x'.repeat(50)}PAR1`, 'unreadable', /damaged Parquet/],
  ['damaged JSON', 'a.json', '[{"payment_id":"p1"}', 'unreadable', /damaged JSON: it ends in the middle/],
  [
    'missing columns',
    'a.csv',
    'payment_id,kind,Amount\np1,charge,3\n',
    'column_missing',
    /lacks the columns status, currency, created_at\. It has payment_id, kind, Amount\..*storno map --suggest/,
  ],
  [
    'one missing column',
    'a.csv',
    'kind,status,amount,currency,created_at\n',
    'column_missing',
    /lacks the column payment_id\. It/,
  ],
  [
    'a column that stands twice',
    'a.csv',
    'payment_id,kind,status,amount,Amount,currency,created_at\n',
    'column_missing',
    /more than one column Amount/,
  ],
  [
    'an export of another fact',
    'a.ndjson',
    '{"trip_id":"t","device_id":"d","start_time":1,"end_time":2,"actual_cost":3}\n',
    'column_missing',
    /is a MDS trips, which holds no payments: give it as --rentals/,
  ],
  [
    'times that never say a zone',
    'a.csv',
    paymentsCsv(['p1,charge,succeeded,1,EUR,2014-11-16 02:00:00', 'p2,charge,succeeded,1,EUR,2014-11-16 03:00:00']),
    'zone_missing',
    /created_at is "2014-11-16 02:00:00".*--tz Europe\/Rome/,
  ],
];

for (const [title, name, content, kind, says] of REFUSED) {
  test(`refuses ${title} by name`, () =>
    withFolder(async (folder) => {
      const path = folder.write(name, content);
      const refusals = await refusalsOf({ payments: [path] });
      assert.deepEqual(
        refusals.map((each) => [each.kind, each.file]),
        [[kind, path]],
      );
      assert.match(refusals[0]?.message ?? '', says);
      assert.ok(refusals[0]?.message.startsWith(path), 'the message begins with the file');
    }));
}

test('refuses everything at once: missing, no match, folder, bad zone and bad columns', () =>
  withFolder(async (folder) => {
    mkdirSync(`${folder.path}/sub`);
    const bad = folder.write('bad.csv', 'a,b\n1,2\n');
    const given = { payments: [`${folder.path}/none.csv`, `${folder.path}/*.nope`, `${folder.path}/sub`, bad] };
    const refusals = await refusalsOf(given, { timeZone: 'Europe/Milan' });
    assert.deepEqual(
      refusals.map(({ kind }) => kind),
      ['missing', 'missing', 'directory', 'unknown_zone', 'column_missing'],
    );
    assert.match(refusals[0]?.message ?? '', /none\.csv does not exist/);
    assert.match(refusals[1]?.message ?? '', /matches no file/);
    assert.match(refusals[2]?.message ?? '', /is a folder.*sub\/\*\.csv/);
    assert.match(refusals[3]?.message ?? '', /"Europe\/Milan" is no time zone/);
  }));

test('refuses a scan without payments', async () => {
  assert.deepEqual(
    (await refusalsOf({})).map(({ kind }) => kind),
    ['fact_missing'],
  );
});

const ROW = 'p1,CHARGE, Succeeded ,14.5,eur,2014-11-16T03:00:00+01:00';

/** Ways to write the same payment. */
const WRITTEN: readonly (readonly [title: string, name: string, content: string | Uint8Array])[] = [
  ['plain CSV', 'a.csv', paymentsCsv([plainPayment('p1')])],
  [
    'BOM, CRLF, blanks in the header, capitals',
    'a.csv',
    `\ufeff Payment_ID , KIND,status,amount,currency,created_at\r\n${ROW}\r\n`,
  ],
  ['semicolons', 'a.csv', paymentsCsv([plainPayment('p1')]).replaceAll(',', ';')],
  ['tabs', 'a.tsv', paymentsCsv([plainPayment('p1')]).replaceAll(',', '\t')],
  ['a line that names the separator', 'a.csv', `sep=;\r\n${paymentsCsv([plainPayment('p1')]).replaceAll(',', ';')}`],
  ['blank lines above and between', 'a.csv', `\n\n${paymentsCsv(['', plainPayment('p1'), ''])}`],
  ['mixed line ends', 'a.csv', `${paymentsCsv([]).trimEnd()}\r\n${plainPayment('p1')}\n`],
  ['no line end at the end', 'a.csv', paymentsCsv([plainPayment('p1')]).trimEnd()],
  ['everything quoted', 'a.csv', paymentsCsv([plainPayment('p1')]).replace(/[^,\n]+/g, '"$&"')],
  ['gzip', 'a.csv.gz', gzipSync(paymentsCsv([plainPayment('p1')]))],
  ['NDJSON', 'a.ndjson', `${jsonRow()}\n`],
  ['NDJSON in gzip without an ending', 'a', gzipSync(`${jsonRow()}\r\n\r\n`)],
  ['a JSON array', 'a.json', `[\n ${jsonRow()}\n]`],
  ['a list of a provider', 'a.json', `{"object":"list","data":[${jsonRow()}]}`],
];

function jsonRow(): string {
  return '{"Payment_Id":"p1","kind":"charge","status":"succeeded","amount":14.50,"currency":"EUR","created_at":"2014-11-16T02:00:00Z","purpose":null}';
}

for (const [title, name, content] of WRITTEN) {
  test(`reads ${title}`, () =>
    withFolder(async (folder) => {
      const { facts } = await readFiles({ payments: [folder.write(name, content)] });
      assert.deepEqual(facts.payments?.rejected, []);
      assert.deepEqual(facts.payments?.used, [PAYMENT]);
    }));
}

test('reads a header without rows as no rows', () =>
  withFolder(async (folder) => {
    const { facts } = await readFiles({
      payments: [folder.write('a.csv', paymentsCsv([]))],
      rentals: [folder.write('b.json', '[]')],
    });
    assert.deepEqual([facts.payments?.read, facts.rentals?.read], [0, 0]);
  }));

test('reads Parquet in its own types: decimals, whole numbers, binary fractions, instants, whole-number ids', () =>
  withFolder(async (folder) => {
    const path = `${folder.path}/a.parquet`;
    const select = (values: string) => `SELECT 'charge' AS kind, 'succeeded' AS status, 'EUR' AS currency, ${values}`;
    const files: Readonly<Record<string, string>> = {
      decimal:
        "1::BIGINT AS payment_id, 14.50::DECIMAL(9, 2) AS amount, TIMESTAMPTZ '2014-11-16 02:00:00Z' AS created_at",
      long: "2.0::DOUBLE AS payment_id, 14.5000::DECIMAL(18, 4) AS amount, TIMESTAMPTZ '2014-11-16 02:00:00Z' AS created_at",
      whole: "'3' AS payment_id, 14::INTEGER AS amount, '2014-11-16T02:00:00Z' AS created_at",
      double: "'4' AS payment_id, 0.29::DOUBLE AS amount, '2014-11-16T02:00:00Z' AS created_at, {'a': 1} AS extra",
      local: "'5' AS payment_id, 1::INTEGER AS amount, TIMESTAMP '2014-11-16 03:00:00' AS created_at",
    };
    const paths = await withDatabase(async ({ connection }) => {
      const written: string[] = [];
      for (const [name, values] of Object.entries(files)) {
        const file = path.replace('a.parquet', `${name}.parquet`);
        await connection.run(`COPY (${select(values)}) TO ${quoteText(file)} (FORMAT parquet)`);
        written.push(file);
      }
      return written;
    });
    const { facts, notes } = await readFiles({ payments: paths }, { timeZone: 'Europe/Rome' });
    assert.deepEqual(
      facts.payments?.used.map((row) => [row.payment_id, row.amount_minor, row.created_at]),
      [
        ['1', 1450n, 1416103200000n],
        ['2', 1450n, 1416103200000n],
        ['3', 1400n, 1416103200000n],
        ['4', 29n, 1416103200000n],
        ['5', 100n, 1416103200000n],
      ],
    );
    assert.equal(facts.payments?.used[3]?.['@extra'], "{'a': 1}");
    assert.ok(notes.some((note) => /double\.parquet: amount is stored as binary fractions \(DOUBLE\)/.test(note)));
    assert.deepEqual(
      (await refusalsOf({ payments: paths })).map(({ kind }) => kind),
      ['zone_missing'],
    );
  }));

test('refuses numbers as times and lists as amounts in Parquet', () =>
  withFolder(async (folder) => {
    const path = `${folder.path}/a.parquet`;
    const values =
      "'p' AS payment_id, 'charge' AS kind, 'succeeded' AS status, [1] AS amount, 'EUR' AS currency, 1416103200000 AS created_at";
    await withDatabase(({ connection }) =>
      connection.run(`COPY (SELECT ${values}) TO ${quoteText(path)} (FORMAT parquet)`),
    );
    const messages = (await refusalsOf({ payments: [path] })).map(({ message }) => message);
    assert.equal(messages.length, 2);
    assert.match(messages[0] ?? '', /amount as INTEGER\[\], which is no number/);
    assert.match(messages[1] ?? '', /created_at as BIGINT, which is no time: make_timestamptz/);
  }));

test('keeps 18 digits exactly in every format', () =>
  withFolder(async (folder) => {
    const amount = '1234567890123456.78';
    const csv = folder.write('a.csv', paymentsCsv([plainPayment('csv').replace('14.50', amount)]));
    const line = (id: string, value: string) => jsonRow().replace('p1', id).replace('14.50', value);
    const ndjson = folder.write('a.ndjson', `${line('number', amount)}\n${line('text', `"${amount}"`)}\n`);
    const json = folder.write('a.json', `[${line('array', amount)}]`);
    const parquet = `${folder.path}/a.parquet`;
    await withDatabase(({ connection }) =>
      connection.run(
        `COPY (SELECT 'parquet' AS payment_id, 'charge' AS kind, 'succeeded' AS status, ${amount}::DECIMAL(18, 2) AS amount,
         'EUR' AS currency, '2014-11-16T02:00:00Z' AS created_at) TO ${quoteText(parquet)} (FORMAT parquet)`,
      ),
    );
    const { facts } = await readFiles({ payments: [csv, ndjson, json, parquet] });
    assert.deepEqual(
      facts.payments?.used.map((row) => [row.payment_id, row.amount_minor]),
      ['csv', 'number', 'text', 'array', 'parquet'].map((id) => [id, 123456789012345678n]),
    );
  }));

test('reads globs and files with other attributes as one fact, each file once', () =>
  withFolder(async (folder) => {
    folder.write('jan.csv', paymentsCsv([`${plainPayment('p1')},w1`], `${HEADER},Worker`));
    folder.write('feb.csv', paymentsCsv([`${plainPayment('p2')},w2,9`], `${HEADER},worker,batch`));
    folder.write('mar.ndjson', `${jsonRow().replace('"p1"', '"p3"').replace('}', ',"batch":7}')}\n`);
    const { facts } = await readFiles({
      payments: [`${folder.path}/*.csv`, `${folder.path}/jan.csv`, `${folder.path}/*.ndjson`],
    });
    assert.deepEqual(facts.payments?.attributes, ['worker', 'batch']);
    assert.deepEqual(
      facts.payments?.used.map((row) => [row.payment_id, row['@worker'], row['@batch']]),
      [
        ['p2', 'w2', '9'],
        ['p1', 'w1', undefined],
        ['p3', undefined, '7'],
      ],
    );
  }));

const HEADER = 'payment_id,kind,status,amount,currency,created_at';

test('reads a path with brackets as a path', () =>
  withFolder(async (folder) => {
    const { facts } = await readFiles({ payments: [folder.write('report[1].csv', paymentsCsv([plainPayment('p1')]))] });
    assert.equal(facts.payments?.read, 1);
  }));

test('reads local times in the zone given; the repeated hour is its first pass, the missing hour does not exist', () =>
  withFolder(async (folder) => {
    const at = (id: string, time: string) => `${id},charge,succeeded,1,EUR,${time}`;
    const rows = [
      at('winter', '2014-11-16 03:00:00'),
      at('summer', '2014-07-16T04:00'),
      at('repeated', '2014-10-26 02:30:00'),
      at('missing', '2014-03-30 02:30:00'),
      at('zoned', '2014-07-16 02:00:00Z'),
    ];
    const { facts } = await readFiles(
      { payments: [folder.write('a.csv', paymentsCsv(rows))] },
      { timeZone: 'Europe/Rome' },
    );
    assert.deepEqual(
      facts.payments?.used.map((row) => [row.payment_id, new Date(Number(row.created_at)).toISOString()]),
      [
        ['winter', '2014-11-16T02:00:00.000Z'],
        ['summer', '2014-07-16T02:00:00.000Z'],
        ['repeated', '2014-10-26T00:30:00.000Z'],
        ['zoned', '2014-07-16T02:00:00.000Z'],
      ],
    );
    assert.match(facts.payments?.rejected[0]?.reason ?? '', /does not exist in Europe\/Rome: clocks were put forward/);
  }));
