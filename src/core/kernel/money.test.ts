import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from './assert.ts';
import { currencies } from './currency.ts';
import { AMOUNT_MINOR_MAX, add, money, parseMoney, sayMoney, subtract, toMajor } from './money.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 1000 };

const anyCurrency = fc.constantFrom(...currencies().map(([code]) => code));
const anyAmount = fc.bigInt({ min: 0n, max: AMOUNT_MINOR_MAX });

test('reads what it writes, in every currency and at every size', () => {
  fc.assert(
    fc.property(anyAmount, anyCurrency, (amountMinor, currency) => {
      assert.deepEqual(parseMoney(toMajor(money(amountMinor, currency)), currency), {
        ok: true,
        value: money(amountMinor, currency),
      });
    }),
    RUNS,
  );
});

test('writes all decimals of the currency and no group points', () => {
  const written = (amountMinor: bigint, currency: string): string => toMajor(money(amountMinor, currency));
  assert.equal(written(1450n, 'EUR'), '14.50');
  assert.equal(written(5n, 'EUR'), '0.05');
  assert.equal(written(0n, 'EUR'), '0.00');
  assert.equal(written(-5n, 'KWD'), '-0.005');
  assert.equal(written(1200n, 'JPY'), '1200');
  assert.equal(written(123_456_789_00n, 'EUR'), '123456789.00');
  assert.equal(written(1n, 'UYW'), '0.0001');
  assert.equal(sayMoney(money(1450n, 'EUR')), 'EUR 14.50');
});

test('reads digit by digit: where a float would be off by a cent, the text is right', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 99 }), (whole, cents) => {
      const text = `${whole}.${String(cents).padStart(2, '0')}`;
      const read = parseMoney(text, 'EUR');
      assert.ok(read.ok);
      assert.equal(read.value.amountMinor, BigInt(whole) * 100n + BigInt(cents));
    }),
    RUNS,
  );
});

test('takes amounts with fewer decimals, a plus, blanks around and zeros beyond', () => {
  for (const text of ['14.5', '14.50', '+14.50', ' 14.50 ', '14.5000', '0014.50']) {
    assert.deepEqual(parseMoney(text, 'EUR'), { ok: true, value: money(1450n, 'EUR') });
  }
  assert.deepEqual(parseMoney('-0.00', 'EUR'), { ok: true, value: money(0n, 'EUR') });
});

test('refuses by kind what is no amount of that currency', () => {
  const kindOf = (text: string, currency: string): string => {
    const read = parseMoney(text, currency);
    return read.ok ? 'read' : read.error.kind;
  };
  for (const text of [
    '',
    '.',
    '14,50',
    '1.234,50',
    '1,234.50',
    '1e3',
    '14.',
    '.5',
    '14 50',
    'NaN',
    '٣',
    '--1',
    '€14',
  ]) {
    assert.equal(kindOf(text, 'EUR'), 'amount_malformed', text);
  }
  assert.equal(kindOf('-14.50', 'EUR'), 'amount_negative');
  assert.equal(kindOf('14.505', 'EUR'), 'amount_too_precise');
  assert.equal(kindOf('14.5', 'JPY'), 'amount_too_precise');
  assert.equal(kindOf('14.50', 'EURO'), 'currency_unknown');
  assert.equal(kindOf('14.50', 'eur'), 'currency_unknown');
  assert.equal(kindOf('14.50', 'XAU'), 'currency_unknown');
  assert.equal(kindOf('92233720368547758.07', 'EUR'), 'read');
  assert.equal(kindOf('92233720368547758.08', 'EUR'), 'amount_too_large');
});

test('adding and subtracting undo each other, and currencies never meet', () => {
  fc.assert(
    fc.property(anyAmount, anyAmount, anyCurrency, (one, other, currency) => {
      const sum = add(money(one, currency), money(other, currency));
      assert.deepEqual(subtract(sum, money(other, currency)), money(one, currency));
    }),
    RUNS,
  );
  assert.throws(() => add(money(1n, 'EUR'), money(1n, 'USD')), Bug);
});
