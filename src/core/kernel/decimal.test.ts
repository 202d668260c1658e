import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { atScale, decimalOf, divideHalfEven, parseDecimal, sayDecimal } from './decimal.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 1000 };

test('what was written is what is read, also out of a double', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 6 }), (digits, scale) => {
      const text = sayDecimal({ digits: BigInt(digits), scale });
      const read = parseDecimal(text);
      assert.ok(read);
      assert.equal(atScale(read, 6), BigInt(digits) * 10n ** BigInt(6 - scale));
      assert.deepEqual(decimalOf(Number(text)), read);
    }),
    RUNS,
  );
});

test('one number has one form', () => {
  const quarter = { digits: 25n, scale: 2 };
  for (const text of ['0.25', '0.250', '25e-2', '2.5E-1']) assert.deepEqual(parseDecimal(text), quarter);
  assert.deepEqual(parseDecimal('1.2e3'), { digits: 1200n, scale: 0 });
  assert.deepEqual(parseDecimal('-0.5'), { digits: -5n, scale: 1 });
  assert.deepEqual(decimalOf(1e-7), { digits: 1n, scale: 7 });
});

test('refuses what is no number and what is too long', () => {
  for (const text of ['', '.5', '1.', '0x1', '1,5', ' 1', 'NaN', '1e-13', '1e16', '9e999']) {
    assert.equal(parseDecimal(text), null, text);
  }
});

test('rounds to the nearest, a half to the even neighbour, both ways of zero', () => {
  const rows: readonly (readonly [bigint, bigint, bigint])[] = [
    [5n, 10n, 0n],
    [15n, 10n, 2n],
    [25n, 10n, 2n],
    [26n, 10n, 3n],
    [24n, 10n, 2n],
    [-15n, 10n, -2n],
    [-25n, 10n, -2n],
    [7n, 3n, 2n],
    [8n, 3n, 3n],
  ];
  for (const [dividend, divisor, quotient] of rows) assert.equal(divideHalfEven(dividend, divisor), quotient);
});
