import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withDatabase } from '../../../../test/import/files.ts';
import { currencies } from '../../../core/kernel/currency.ts';
import { parseMoney, toMajor } from '../../../core/kernel/money.ts';
import { type Database, queryRows, quoteText } from '../open.ts';
import { createMacros } from './normal.ts';

const SEED = 20141110;

async function minorOf(database: Database, text: string, currency: string): Promise<unknown> {
  const [row] = await queryRows(
    database,
    `SELECT coalesce(q, storno_minor_slow(trim(t), e)) FROM (SELECT *, storno_minor_quick(t, e) AS q FROM
       (SELECT ${quoteText(text)} AS t, storno_exponent(${quoteText(currency)}) AS e))`,
  );
  return row?.[0] ?? null;
}

const amountText = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.string({ unit: fc.constantFrom('0', '5', '9'), maxLength: 5 }))
    .map(([whole, rest]) => (rest === '' ? `${whole}` : `${whole}.${rest}`)),
  fc.string({ unit: fc.constantFrom('1', '0', '.', ',', '-', '+', ' ', 'e', '_', 'x'), maxLength: 10 }),
);

test('SQL reads an amount exactly as the core does, in every currency', () =>
  withDatabase(async (database) => {
    await createMacros(database);
    await fc.assert(
      fc.asyncProperty(amountText, fc.constantFrom(...currencies()), async (text, [currency]) => {
        const expected = parseMoney(text, currency);
        const found = await minorOf(database, text, currency);
        if (expected.ok) assert.equal(found, expected.value.amountMinor);
        else if (expected.error.kind === 'amount_negative')
          assert.ok(typeof found === 'bigint' ? found < 0n : found === null);
        else assert.equal(found, null);
      }),
      { seed: SEED, numRuns: 1500 },
    );
  }));

test('SQL knows the decimals of every currency of the core, and of no other code', () =>
  withDatabase(async (database) => {
    await createMacros(database);
    const list = currencies()
      .map(([code]) => quoteText(code))
      .join(', ');
    const rows = await queryRows(database, `SELECT storno_exponent(c) FROM (SELECT unnest([${list}]) AS c)`);
    assert.deepEqual(
      rows.map(([exponent]) => exponent),
      currencies().map(([, exponent]) => exponent),
    );
    const strangers = await queryRows(
      database,
      `SELECT storno_exponent(c) FROM (SELECT unnest(['XXX', 'EU', '', 'D A', 'FN ', 'eur', 'EURO']) AS c)`,
    );
    assert.deepEqual(
      strangers.map(([exponent]) => exponent),
      Array(7).fill(null),
    );
  }));

test('from_minor gives the exact decimal in major units', () =>
  withDatabase(async (database) => {
    await createMacros(database);
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
        fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'),
        async (amountMinor, currency) => {
          const [row] = await queryRows(
            database,
            `SELECT from_minor(${quoteText(`${amountMinor}`)}, ${quoteText(currency.toLowerCase())})`,
          );
          assert.equal(row?.[0], toMajor({ amountMinor, currency }));
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
    const [row] = await queryRows(
      database,
      "SELECT from_minor('1.5', 'EUR'), from_minor(5, 'XXX'), from_minor(NULL, 'EUR')",
    );
    assert.deepEqual(row, [null, null, null]);
  }));

test('binary fractions are the shortest decimal that gives them', () =>
  withDatabase(async (database) => {
    await createMacros(database);
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 10n ** 14n }), async (amountMinor) => {
        const text = toMajor({ amountMinor, currency: 'EUR' });
        const [row] = await queryRows(
          database,
          `SELECT coalesce(storno_double_quick(d, 2), storno_minor_slow(storno_double_text(d), 2)) FROM (SELECT ${text}::DOUBLE AS d)`,
        );
        assert.equal(row?.[0], amountMinor);
      }),
      { seed: SEED, numRuns: 300 },
    );
    const [row] = await queryRows(
      database,
      `SELECT list(coalesce(storno_double_quick(d, 2), storno_minor_slow(storno_double_text(d), 2)))
       FROM (SELECT unnest(['0.30000000000000004', '14.505', 'nan', 'inf', '1e300']::DOUBLE[]) AS d)`,
    );
    assert.deepEqual(row?.[0], [null, null, null, null, null]);
  }));

/** Spellings of 2014-11-16T02:00:00Z. */
const INSTANTS = [
  '2014-11-16T02:00:00Z',
  '2014-11-16 02:00:00Z',
  '2014-11-16T02:00:00z',
  '2014-11-16T02:00Z',
  '2014-11-16T02:00:00.000Z',
  '2014-11-16T03:00:00+01:00',
  '2014-11-16T03:00:00,0+0100',
  '2014-11-16 03:00:00 +01',
  '2014-11-15T22:30-03:30',
  '2014-11-16 02:00:00 UTC',
  ' 2014-11-16T02:00:00GMT ',
];

test('an instant may be spelled in many ways', () =>
  withDatabase(async (database) => {
    await createMacros(database);
    for (const text of INSTANTS) {
      const [row] = await queryRows(
        database,
        `SELECT coalesce(storno_utc_quick(t), storno_utc_slow(trim(t))), storno_local(trim(t)) FROM (SELECT ${quoteText(text)} AS t)`,
      );
      assert.deepEqual(row, [1416103200000n, null], text);
    }
  }));
