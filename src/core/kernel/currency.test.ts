import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { currencies, exponentOf } from './currency.ts';

/** ISO 4217 list one as published by SIX; not part of the repository. */
const LIST_ONE = new URL('../../../../shared/data/reference/iso-4217-list-one.xml', import.meta.url);

test('holds every currency of ISO 4217 list one with its minor units', (t) => {
  if (!existsSync(LIST_ONE)) return t.skip('iso-4217-list-one.xml is not here');
  const published = [
    ...readFileSync(LIST_ONE, 'utf8').matchAll(/<Ccy>(\w{3})<\/Ccy>\s*<CcyNbr>\d+<\/CcyNbr>\s*<CcyMnrUnts>([^<]*)</g),
  ];
  const differing = published
    .filter(([, code = '', units = '']) => exponentOf(code) !== (units === 'N.A.' ? null : Number(units)))
    .map(([, code, units]) => `${code} has ${units}`);
  assert.ok(published.length > 250, `only ${published.length} entries were read`);
  assert.deepEqual(differing, []);
});

test('names no code twice and gives each an exponent from 0 to 4', () => {
  const codes = currencies().map(([code]) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const [code, exponent] of currencies()) {
    assert.match(code, /^[A-Z]{3}$/);
    assert.ok(exponent >= 0 && exponent <= 4);
  }
});

test('knows the odd ones, and what is no money', () => {
  assert.deepEqual(['EUR', 'JPY', 'KWD', 'CLF', 'HRK', 'BYR'].map(exponentOf), [2, 0, 3, 4, 2, 0]);
  assert.deepEqual(['XAU', 'XXX', 'XTS', 'eur', ''].map(exponentOf), [null, null, null, null, null]);
});
