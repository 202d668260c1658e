import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { paymentsCsv, rentalsCsv, truthJson } from './files.ts';
import { makeMilano2014 } from './milano-2014.ts';

const BYTES_MAX = 2_000_000;
const scenario = makeMilano2014();
const { facts, repeated, truth } = scenario;

const FILES: readonly (readonly [string, string])[] = [
  ['rentals.csv', rentalsCsv(facts)],
  ['payments.csv', paymentsCsv(facts, repeated)],
  ['truth.json', truthJson(truth)],
];

for (const [name, text] of FILES) {
  test(`examples/milano-2014/${name} is what make.ts writes, and small`, () => {
    const committed = readFileSync(new URL(`../../../examples/milano-2014/${name}`, import.meta.url), 'utf8');
    assert(committed === text, `${name} differs; remake it by node examples/milano-2014/make.ts`);
    assert(Buffer.byteLength(text) < BYTES_MAX);
  });
}

test('its README names the numbers of rows', () => {
  const readme = readFileSync(new URL('../../../examples/milano-2014/README.md', import.meta.url), 'utf8');
  for (const rows of [truth.rows.rentals, truth.rows.payments]) assert(readme.includes(rows.toLocaleString('en')));
  assert(readme.includes(` ${truth.rows.paymentsRepeated} rows of it twice`));
});

test('drives of 10 to 13 November are charged again on Sunday the 16th, before the evening', () => {
  const { ended, charged } = truth.incident ?? {};
  const within = (at: number | undefined, from: string, to: string) =>
    assert(at !== undefined && at >= Date.parse(from) && at <= Date.parse(to), `${at} is not within ${from} and ${to}`);
  within(ended?.from, '2014-11-10T00:00:00+01:00', '2014-11-10T01:00:00+01:00');
  within(ended?.to, '2014-11-13T23:00:00+01:00', '2014-11-14T00:00:00+01:00');
  within(charged?.from, '2014-11-16T16:00:00+01:00', '2014-11-16T16:00:10+01:00');
  within(charged?.to, '2014-11-16T17:00:00+01:00', '2014-11-16T18:00:00+01:00');
  assert.deepEqual([...new Set(facts.rentals.map((rental) => rental.market))].sort(), ['Firenze', 'Milano', 'Roma']);
});
