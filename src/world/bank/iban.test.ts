import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkIban, isBic } from './iban.ts';

test('an IBAN is taken as people write it, and held in one form', () => {
  assert.deepEqual(checkIban('it60 x054 2811 1010 0000 0123 456'), { ok: true, value: 'IT60X0542811101000000123456' });
});

test('each way of being wrong has its name', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['', 'malformed'],
    ['4111111111111111', 'malformed'],
    ['XX60X0542811101000000123456', 'country_unknown'],
    ['IT60X05428111010000001234', 'wrong_length'],
    ['IT61X0542811101000000123456', 'wrong_check_digits'],
    ['SA0380000000608010167519', 'outside_sepa'],
  ];
  for (const [text, error] of rows) assert.deepEqual(checkIban(text), { ok: false, error }, text);
});

test('a BIC has eight or eleven characters', () => {
  assert.equal(isBic('COBADEFF'), true);
  assert.equal(isBic('COBADEFFXXX'), true);
  assert.equal(isBic('COBADEF'), false);
});
