import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import { composeStatement } from '../../src/core/remedy/statement.ts';
import { readLetterFacts, readStatementFacts } from '../../src/world/letter/read-facts.ts';
import { LETTERS } from './facts.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/letters');

function example(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(EXAMPLES, name), 'utf8'));
}

/** As a user writes it: snake_case, sums in minor units. */
function asJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  if ('amountMinor' in value && 'currency' in value)
    return { amount: Number(value.amountMinor), currency: value.currency };
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      asJson(part),
    ]),
  );
}

test('the facts of every kind of letter are read as they were written', () => {
  for (const [name, facts] of Object.entries(LETTERS)) {
    assert.deepEqual(readLetterFacts(asJson(facts)), { ok: true, value: facts }, name);
  }
});

test('the examples make a letter and a statement', () => {
  const letter = readLetterFacts(example('refund-sent.json'));
  assert.ok(letter.ok && composeLetter(letter.value).ok);
  const statement = readStatementFacts(example('statement.json'));
  assert.ok(statement.ok && composeStatement(statement.value).ok);
});

const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['an unknown kind', { kind: 'advert' }, '/kind'],
  ['a misspelt field', { writen_on: '2014-11-20' }, '/writen_on'],
  ['a sum that is a number', { interest: 14.5 }, '/interest'],
  ['half a cent', { interest: { amount: 1450.5, currency: 'EUR' } }, '/interest/amount'],
  ['a sum below zero', { interest: { amount: -1, currency: 'EUR' } }, '/interest/amount'],
  ['a currency that is none', { interest: { amount: 1, currency: 'EURO' } }, '/interest/currency'],
  ['a name of a thousand letters', { customer: { name: 'x'.repeat(1000) } }, '/customer/name'],
];

for (const [what, part, pointer] of REFUSED) {
  test(`${what} is refused where it stands`, () => {
    const read = readLetterFacts({ ...example('refund-sent.json'), ...part });
    assert.ok(!read.ok);
    assert.ok(
      read.error.some((error) => error.pointer === pointer),
      JSON.stringify(read.error),
    );
  });
}

test('a zone that is none is refused, and so is what is no object', () => {
  const read = readStatementFacts({ ...example('statement.json'), zone: 'Europe/Mailand' });
  assert.deepEqual(read, { ok: false, error: [{ pointer: '/zone', detail: 'is no IANA time zone' }] });
  for (const json of [null, 7, 'text', []]) assert.ok(!readLetterFacts(json).ok && !readStatementFacts(json).ok);
});
