import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PAYMENT_HEADER,
  paymentsCsv,
  plainPayment,
  readFiles,
  sayRejected,
  withDatabase,
  withFolder,
} from '../../../test/import/files.ts';
import { declareFacts } from './declare.ts';
import { locateIds, rejectedRows } from './rejected.ts';
import { readSettled } from './settle.ts';

const T = '2014-11-16T02:00:00Z';

/** A row of payments with one thing wrong, and the column and reason that must be told. */
const WRONG: readonly (readonly [title: string, row: string, column: string, says: RegExp])[] = [
  ['too few fields', 'p,charge,succeeded', '', /^3 fields, but the header has 6; the row is cut off\.$/],
  [
    'too many fields',
    `p,charge,succeeded,1,5,EUR,${T}`,
    '',
    /^7 fields, but the header has 6; a separator or a quote is not escaped\.$/,
  ],
  ['text behind a quote', `p,charge,succeeded,"1"x,EUR,${T}`, '', /^Text goes on behind a closing quote/],
  ['a missing id', `,charge,succeeded,1,EUR,${T}`, 'payment_id', /^payment_id is missing\.$/],
  ['an id of blanks', `"  ",charge,succeeded,1,EUR,${T}`, 'payment_id', /^payment_id is missing\.$/],
  [
    'an unknown kind',
    `p,Belastung,succeeded,1,EUR,${T}`,
    'kind',
    /^kind must be one of charge, refund, chargeback, chargeback_reversal\.$/,
  ],
  ['a missing status', `p,charge,,1,EUR,${T}`, 'status', /^status is missing\.$/],
  [
    'an unknown status',
    `p,charge,paid,1,EUR,${T}`,
    'status',
    /^status must be one of succeeded, failed, canceled, pending\.$/,
  ],
  ['a missing amount', `p,charge,succeeded,,EUR,${T}`, 'amount', /^amount is missing\.$/],
  ['words as amount', `p,charge,succeeded,free,EUR,${T}`, 'amount', /^amount is not a decimal number/],
  ['a decimal comma', `p,charge,succeeded,"1,50",EUR,${T}`, 'amount', /^amount is not a decimal number/],
  ['an exponent', `p,charge,succeeded,1e2,EUR,${T}`, 'amount', /^amount is not a decimal number/],
  ['an underscore', `p,charge,succeeded,1_0.50,EUR,${T}`, 'amount', /^amount is not a decimal number/],
  [
    'a negative amount',
    `p,charge,succeeded,-14.50,EUR,${T}`,
    'amount',
    /^amount must not be negative: a refund is a row of its own/,
  ],
  ['half a cent', `p,charge,succeeded,14.505,EUR,${T}`, 'amount', /^EUR has 2 decimals; nothing is rounded here\.$/],
  ['half a yen', `p,charge,succeeded,14.5,JPY,${T}`, 'amount', /^JPY has 0 decimals/],
  ['too much', `p,charge,succeeded,92233720368547758.08,EUR,${T}`, 'amount', /^amount is beyond what can be held/],
  ['a missing currency', `p,charge,succeeded,1,,${T}`, 'currency', /^currency is missing\.$/],
  ['an unknown currency', `p,charge,succeeded,1,EURO,${T}`, 'currency', /^EURO is not a currency of ISO 4217\.$/],
  ['two currencies at once', `p,charge,succeeded,1,R U,${T}`, 'currency', /is not a currency/],
  ['a missing time', 'p,charge,succeeded,1,EUR,', 'created_at', /^created_at is missing\.$/],
  [
    '30 February',
    'p,charge,succeeded,1,EUR,2014-02-30T00:00:00Z',
    'created_at',
    /^created_at is not a time of the calendar/,
  ],
  [
    'month 13',
    'p,charge,succeeded,1,EUR,2014-13-01T00:00:00Z',
    'created_at',
    /^created_at is not a time of the calendar/,
  ],
  [
    'hour 25',
    'p,charge,succeeded,1,EUR,2014-11-01T25:00:00+01:00',
    'created_at',
    /^created_at is not a time of the calendar/,
  ],
  [
    'the year 12014',
    'p,charge,succeeded,1,EUR,12014-11-01T00:00:00Z',
    'created_at',
    /^created_at is not a time of the calendar/,
  ],
  ['infinity', 'p,charge,succeeded,1,EUR,infinity', 'created_at', /^created_at is not a time of the calendar/],
  [
    'epoch numbers',
    'p,charge,succeeded,1,EUR,1416103200000',
    'created_at',
    /^created_at is not a time of the calendar/,
  ],
  [
    'no zone, where others have one',
    'p,charge,succeeded,1,EUR,2014-11-16 02:00:00',
    'created_at',
    /^created_at carries no zone, unlike others/,
  ],
];

for (const [title, row, column, says] of WRONG) {
  test(`rejects ${title} and reads the rest`, () =>
    withFolder(async (folder) => {
      const path = folder.write('a.csv', paymentsCsv([plainPayment('before'), '', row, plainPayment('after')]));
      const { facts } = await readFiles({ payments: [path] });
      assert.deepEqual(
        facts.payments?.used.map(({ payment_id }) => payment_id),
        ['before', 'after'],
      );
      assert.equal(facts.payments?.read, 3);
      const [rejected, ...others] = facts.payments?.rejected ?? [];
      assert.deepEqual([rejected?.file, rejected?.line, rejected?.column, others], [path, 4, column, []]);
      assert.match(rejected?.reason ?? '', says);
    }));
}

test('rejects wrong purposes and optional times, and takes empty ones for rental and none', () =>
  withFolder(async (folder) => {
    const header = `${PAYMENT_HEADER},purpose`;
    const payments = folder.write(
      'p.csv',
      paymentsCsv([`${plainPayment('p1')},`, `${plainPayment('p2')},FEE`, `${plainPayment('p3')},tip`], header),
    );
    const rentals = folder.write(
      'r.csv',
      `rental_id,account_id,started_at,ended_at,amount_due,currency\nr1,a,,${T},1,EUR\nr2,a,soon,${T},1,EUR\nr3,a,${T},${T},-1,EUR\n`,
    );
    const { facts } = await readFiles({ payments: [payments], rentals: [rentals] });
    assert.deepEqual(
      facts.payments?.used.map(({ purpose }) => purpose),
      ['rental', 'fee'],
    );
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), [
      '4 purpose: purpose must be one of rental, fee, package, adjustment, deposit.',
    ]);
    assert.deepEqual(
      facts.rentals?.used.map(({ rental_id, started_at }) => [rental_id, started_at]),
      [['r1', undefined]],
    );
    assert.deepEqual(
      facts.rentals?.rejected.map(({ line, column }) => [line, column]),
      [
        [3, 'started_at'],
        [4, 'amount_due'],
      ],
    );
  }));

test('takes signed amounts in settlements', () =>
  withFolder(async (folder) => {
    const path = folder.write(
      's.csv',
      `line_id,payment_id,amount,currency,booked_at\nl1,p,-14.50,EUR,${T}\nl2,p,+0.5,EUR,${T}\n`,
    );
    const payments = folder.write('p.csv', paymentsCsv([]));
    const { facts } = await readFiles({ payments: [payments], settlements: [path] });
    assert.deepEqual(
      facts.settlements?.used.map(({ amount_minor }) => amount_minor),
      [-1450n, 50n],
    );
  }));

test('rejects what is not UTF-8, in whatever column, as a row of its own', () =>
  withFolder(async (folder) => {
    const text = paymentsCsv([`${plainPayment('p1')},caf\xe9`, `${plainPayment('p2')},ok`], `${PAYMENT_HEADER},note`);
    const { facts } = await readFiles({ payments: [folder.write('a.csv', Buffer.from(text, 'latin1'))] });
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), ['2 : Not UTF-8; save the file as UTF-8.']);
    assert.equal(facts.payments?.used.length, 1);
  }));

test('rejects a line of 5 MB in CSV and NDJSON and reads the rest', () =>
  withFolder(async (folder) => {
    const long = `${plainPayment('long')}${'z'.repeat(5_000_000)}`;
    const csv = folder.write('a.csv', paymentsCsv([plainPayment('p1'), long, plainPayment('p2')]));
    const line = (id: string) =>
      JSON.stringify({
        payment_id: id,
        kind: 'charge',
        status: 'succeeded',
        amount: 1,
        currency: 'EUR',
        created_at: T,
      });
    const ndjson = folder.write('a.ndjson', `${line('p3')}\n${line('z'.repeat(5_000_000))}\n${line('p4')}\n`);
    const { facts } = await readFiles({ payments: [csv, ndjson] });
    assert.deepEqual(
      facts.payments?.used.map(({ payment_id }) => payment_id),
      ['p1', 'p2', 'p3', 'p4'],
    );
    assert.equal(facts.payments?.read, 6);
    assert.deepEqual(
      facts.payments?.rejected.map(({ line: at, column, value }) => [at, column, value.length]),
      [
        [3, '', 200],
        [2, '', 200],
      ],
    );
    for (const { reason } of facts.payments?.rejected ?? [])
      assert.match(reason, /^50\d+ bytes long; 1000000 are the most for one row\.$/);
  }));

test('loses no row behind a quote that is never closed', () =>
  withFolder(async (folder) => {
    const rows = Array.from({ length: 200_000 }, (_, index) =>
      index === 1000 ? `p1000,"charge,succeeded,1,EUR,${T}` : plainPayment(`p${index}`),
    );
    const { facts } = await readFiles({ payments: [folder.write('a.csv', paymentsCsv(rows))] });
    assert.equal(facts.payments?.read, 200_000);
    assert.equal(facts.payments?.used.length, 199_999);
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), ['1002 : A quote is opened here and never closed.']);
  }));

test('rejects damaged lines of NDJSON where they stand, blank lines counted', () =>
  withFolder(async (folder) => {
    const line =
      '{"payment_id":"p1","kind":"charge","status":"succeeded","amount":1,"currency":"EUR","created_at":"2014-11-16T02:00:00Z"}';
    const path = folder.write(
      'a.ndjson',
      [line, '', '{broken', '[1]', '"text"', line.replace('p1', 'p2'), '{"payment_id":"p3"}'].join('\r\n'),
    );
    const { facts } = await readFiles({ payments: [path] });
    assert.equal(facts.payments?.read, 6);
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), [
      '3 : This line is not a JSON object.',
      '4 : This line is not a JSON object.',
      '5 : This line is not a JSON object.',
      '7 kind: kind is missing.',
    ]);
  }));

test('tells the lines of rows that others refuse, and of ids, among quoted line ends and faults', () =>
  withFolder(async (folder) => {
    const header = `${PAYMENT_HEADER},note`;
    const rows = [
      `${plainPayment('p1')},"a\nb"`,
      'short',
      `${plainPayment('p2')},`,
      `${plainPayment('p3')},"x"`,
      `-,charge,bad,1,EUR,${T},`,
    ];
    const one = folder.write('one.csv', paymentsCsv(rows, header));
    const two = folder.write('two.csv', paymentsCsv([`${plainPayment('p4')},`], header));
    await withDatabase(async (database) => {
      const declared = await declareFacts(database, { files: { payments: [one, two] }, map: null, timeZone: null });
      assert.ok(declared.ok);
      await readSettled(database, declared.value, () =>
        database.connection.run('SELECT max(payment_id), sum(reject) FROM payments_row'),
      );
      const [declaredFact] = declared.value.facts;
      assert.ok(declaredFact);
      const places = await locateIds(database, declared.value, { declaredFact, ids: ['p3', 'p4', 'p1', 'none'] });
      assert.deepEqual([...places].sort(), [
        ['p1', { file: one, line: 2 }],
        ['p3', { file: one, line: 6 }],
        ['p4', { file: two, line: 2 }],
      ]);
      const refused = [{ source: 0, ordinal: 2, column: 'payment_id', value: 'p3', reason: 'again' }];
      const parts = {
        coded: new Map([['payments' as const, [1, 0]]]),
        refused: new Map([['payments' as const, refused]]),
      };
      const lines: string[] = [];
      for await (const row of rejectedRows(database, declared.value, parts))
        lines.push(`${row.line} ${row.column}: ${row.reason}`);
      assert.deepEqual(lines, [
        '4 : 1 fields, but the header has 7; the row is cut off.',
        '6 payment_id: again.',
        '7 status: status must be one of succeeded, failed, canceled, pending.',
      ]);
    });
  }));
