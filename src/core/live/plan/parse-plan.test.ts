import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlan, parsePlanText } from './parse-plan.ts';

const PLAN = {
  plan_id: 'city',
  name: [
    { text: 'Città', language: 'it' },
    { text: 'City', language: 'en' },
  ],
  currency: 'EUR',
  price: 1.5,
  is_taxable: false,
  description: [],
  per_min_pricing: [{ start: 0, interval: 1, rate: 0.245, end: 60 }],
  storno_caps: { per_hour: 14.9 },
};

function errors(parts: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parsePlan({ ...PLAN, ...parts });
  return parsed.ok ? [] : parsed.error.map(({ pointer }) => pointer);
}

test('reads a plan of GBFS 3 with our caps', () => {
  assert.deepEqual(parsePlan(PLAN), {
    ok: true,
    value: {
      planId: 'city',
      name: 'Città',
      currency: 'EUR',
      baseMinor: 150n,
      perMinute: [{ start: 0, end: 60, interval: 1, rate: { digits: 245n, scale: 3 } }],
      perKilometre: [],
      hourCapMinor: 1490n,
      dayCapMinor: null,
      minimumMinor: null,
    },
  });
});

test('the name may be a text, as in GBFS 2', () => assert.deepEqual(errors({ name: 'City' }), []));

const REFUSED: readonly (readonly [what: string, parts: Readonly<Record<string, unknown>>, pointer: string])[] = [
  ['no id', { plan_id: '' }, '/plan_id'],
  ['a currency that is none', { currency: 'EUX' }, '/currency'],
  ['a base price finer than a cent', { price: 1.005 }, '/price'],
  ['a base price below zero', { price: -1 }, '/price'],
  ['a price as text', { price: '1' }, '/price'],
  ['tax that would be added', { is_taxable: true }, '/is_taxable'],
  ['a rate below zero', { per_min_pricing: [{ start: 0, interval: 1, rate: -0.1 }] }, '/per_min_pricing/0/rate'],
  ['half a minute', { per_min_pricing: [{ start: 0.5, interval: 1, rate: 1 }] }, '/per_min_pricing/0/start'],
  ['no interval', { per_km_pricing: [{ start: 0, rate: 1 }] }, '/per_km_pricing/0/interval'],
  ['an end at the start', { per_km_pricing: [{ start: 5, end: 5, interval: 1, rate: 1 }] }, '/per_km_pricing/0/end'],
  ['no list', { per_min_pricing: {} }, '/per_min_pricing'],
  ['a misspelt cap', { storno_caps: { per_hours: 1 } }, '/storno_caps/per_hours'],
  ['a cap finer than a cent', { storno_caps: { per_day: 0.001 } }, '/storno_caps/per_day'],
  ['caps that are no object', { storno_caps: 5 }, '/storno_caps'],
  ['an unknown field of ours', { storno_cap: {} }, '/storno_cap'],
  ['a fee for reservations', { reservation_price_per_min: 0.1 }, '/reservation_price_per_min'],
  ['more than any amount', { price: 2_000_000_000 }, '/price'],
];

for (const [what, parts, pointer] of REFUSED) {
  test(`refuses ${what}, with its place`, () => assert.deepEqual(errors(parts), [pointer]));
}

test('tells all that is wrong at once', () => {
  assert.deepEqual(errors({ plan_id: 1, currency: 'X', price: null }), ['/plan_id', '/currency', '/price']);
});

test('text is read digit by digit, and a number longer than a double holds is refused', () => {
  const text = JSON.stringify(PLAN);
  assert.deepEqual(parsePlanText(text), parsePlan(PLAN));
  assert.ok(parsePlanText(text.replace('0.245', '2.450e-1')).ok);
  const long = parsePlanText(text.replace('0.245', '0.2450000000000000001'));
  assert.equal(long.ok, false);
  assert.equal(parsePlanText('{').ok, false);
  assert.equal(parsePlanText('[]').ok, false);
});
