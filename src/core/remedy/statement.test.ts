import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Money, money } from '../kernel/money.ts';
import { composeStatement, type StatementFacts } from './statement.ts';

const eur = (amountMinor: bigint): Money => money(amountMinor, 'EUR');

const FACTS: StatementFacts = {
  locale: 'de',
  operator: { name: 'Pendolo', contact: 'a@pendolo.example', accountUrl: 'pendolo.example' },
  wrong: 'twice',
  rented: { from: '2014-11-10', to: '2014-11-13' },
  debited: { from: '2014-11-16', to: '2014-11-16' },
  explanation: null,
  rentals: 12,
  customers: 9,
  sums: [{ due: eur(17_400n), refunded: eur(16_000n) }],
  expectedBy: '2014-12-05',
  minutes: { minutes: 30, days: 90 },
  asOf: { day: '2014-11-21', time: '09:00' },
  zone: 'Europe/Rome',
};

function idsOf(facts: StatementFacts): readonly string[] {
  const composed = composeStatement(facts);
  assert.ok(composed.ok, composed.ok ? '' : composed.error.kind);
  return composed.value.sections.flatMap(({ sentences }) =>
    sentences.map((said) => ('id' in said ? said.id : said.text)),
  );
}

test('the figures are what is due, what was refunded, and the rest', () => {
  const composed = composeStatement(FACTS);
  assert.ok(composed.ok);
  assert.deepEqual(composed.value.figures.sums, [{ due: eur(17_400n), refunded: eur(16_000n), open: eur(1400n) }]);
});

test('it says as far as things have come: begun, under way, done', () => {
  const at = (refunded: bigint) => idsOf({ ...FACTS, sums: [{ due: eur(100n), refunded: eur(refunded) }] });
  assert.ok(at(0n).includes('doing.begun'));
  assert.ok(at(1n).includes('doing.under_way'));
  assert.ok(at(100n).includes('doing.done'));
});

test('what is not known is not said: day, cause, minutes, a later debit', () => {
  const ids = idsOf({ ...FACTS, expectedBy: null, minutes: null, debited: FACTS.rented });
  for (const id of ['see.by', 'minutes.each', 'happened.later']) assert.ok(!ids.includes(id), id);
  assert.ok(ids.includes('see.day_open') && ids.includes('happened.cause_open'));
  assert.ok(idsOf({ ...FACTS, explanation: 'A run was repeated.' }).includes('A run was repeated.'));
});

const REFUSED: readonly (readonly [string, Partial<StatementFacts>, string])[] = [
  ['a day that does not exist', { expectedBy: '2014-13-01' }, 'day_malformed'],
  ['a window that ends before it begins', { rented: { from: '2014-11-13', to: '2014-11-10' } }, 'days_out_of_order'],
  ['figures older than the first wrong debit', { asOf: { day: '2014-11-15', time: '09:00' } }, 'days_out_of_order'],
  ['nobody', { customers: 0 }, 'count_not_positive'],
  ['no sum', { sums: [] }, 'no_sums'],
  ['one currency in two sums', { sums: [...FACTS.sums, ...FACTS.sums] }, 'currency_twice'],
  ['more refunded than due', { sums: [{ due: eur(1n), refunded: eur(2n) }] }, 'refunded_out_of_bounds'],
];

for (const [what, part, kind] of REFUSED) {
  test(`makes no statement of ${what}`, () => {
    const composed = composeStatement({ ...FACTS, ...part });
    assert.equal(composed.ok ? 'written' : composed.error.kind, kind);
  });
}
