import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currencies } from '../../../core/kernel/currency.ts';
import { money } from '../../../core/kernel/money.ts';
import { fromWireAmount, toWireAmount } from './exponent.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);

test('an amount that can be said to the provider comes back unchanged, in every currency', () => {
  const codes = currencies().map(([code]) => code);
  fc.assert(
    fc.property(fc.constantFrom(...codes), fc.bigInt({ min: 1n, max: 10n ** 12n }), (currency, amountMinor) => {
      const wire = toWireAmount(money(amountMinor, currency));
      if (wire.ok) assert.deepEqual(fromWireAmount(wire.value, currency.toLowerCase()), money(amountMinor, currency));
    }),
    { seed: SEED },
  );
});

test('krona and shilling have two decimals at the provider, the ariary none', () => {
  assert.deepEqual(toWireAmount(money(5n, 'ISK')), { ok: true, value: 500 });
  assert.deepEqual(toWireAmount(money(5n, 'UGX')), { ok: true, value: 500 });
  assert.deepEqual(toWireAmount(money(500n, 'MGA')), { ok: true, value: 5 });
  assert.deepEqual(toWireAmount(money(5n, 'JPY')), { ok: true, value: 5 });
});

test('nothing is rounded on the way out', () => {
  for (const [amountMinor, currency] of [
    [501n, 'MGA'],
    [1451n, 'KWD'],
    [0n, 'EUR'],
    [-5n, 'EUR'],
    [2n ** 60n, 'EUR'],
  ] as const) {
    assert.deepEqual(toWireAmount(money(amountMinor, currency)), {
      ok: false,
      error: { kind: 'amount_not_representable', amountMinor, currency },
    });
  }
  assert.deepEqual(toWireAmount(money(100n, 'IQD')), {
    ok: false,
    error: { kind: 'currency_not_taken', currency: 'IQD' },
  });
});

test('were the provider to break its rule of `00`, the surplus would show', () => {
  assert.deepEqual(fromWireAmount(501, 'isk'), money(6n, 'ISK'));
  assert.deepEqual(fromWireAmount(-501, 'isk'), money(-6n, 'ISK'));
});
