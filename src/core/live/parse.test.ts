import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../kernel/money.ts';
import { DAY_MS } from '../kernel/time.ts';
import { differingField } from './compare.ts';
import type { EndedRental, Pricing } from './ended-rental.ts';
import { parseEndedRental, rentalAsJson } from './parse.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 1000 };

const SAID = {
  rental_id: 'rnt_7',
  account_id: 'acc_1',
  vehicle_id: 'car_44',
  market: 'milano',
  started_at: '2026-11-10T19:00:00+01:00',
  ended_at: '2026-11-10T18:42:10Z',
  distance_meters: 12_300,
  amount_due: { amount: 1218, currency: 'EUR' },
};

function errors(parts: Readonly<Record<string, unknown>>): readonly string[] {
  const said = JSON.parse(JSON.stringify({ ...SAID, ...parts }));
  const parsed = parseEndedRental(said);
  return parsed.ok ? [] : parsed.error.map(({ pointer }) => pointer);
}

test('reads a rental with the price that the operator states', () => {
  assert.deepEqual(parseEndedRental(SAID), {
    ok: true,
    value: {
      rentalId: 'rnt_7',
      accountId: 'acc_1',
      vehicleId: 'car_44',
      market: 'milano',
      startedAt: Date.UTC(2026, 10, 10, 18),
      endedAt: Date.UTC(2026, 10, 10, 18, 42, 10),
      distanceMeters: 12_300,
      pricing: { kind: 'stated', amountDue: money(1218n, 'EUR') },
    },
  });
});

test('vehicle and distance may be absent or null', () => {
  assert.deepEqual(errors({ vehicle_id: undefined, distance_meters: undefined }), []);
  assert.deepEqual(errors({ vehicle_id: null, distance_meters: null }), []);
  assert.deepEqual(errors({ amount_due: undefined, plan_id: 'city' }), []);
});

const REFUSED: readonly (readonly [what: string, parts: Readonly<Record<string, unknown>>, pointer: string])[] = [
  ['an unknown field', { vehicle: 'car_44' }, '/vehicle'],
  ['no id', { rental_id: undefined }, '/rental_id'],
  ['an id with a blank', { rental_id: 'rnt 7' }, '/rental_id'],
  ['an id of 101 characters', { account_id: 'a'.repeat(101) }, '/account_id'],
  ['a time without a zone', { started_at: '2026-11-10T18:00:00' }, '/started_at'],
  ['a number as time', { ended_at: 1 }, '/ended_at'],
  ['an end before the start', { ended_at: '2026-11-10T17:59:59Z' }, '/ended_at'],
  ['more than a year', { ended_at: '2027-11-12T18:00:00Z' }, '/ended_at'],
  ['a distance below zero', { distance_meters: -1 }, '/distance_meters'],
  ['half a metre', { distance_meters: 0.5 }, '/distance_meters'],
  ['neither plan nor price', { amount_due: undefined }, '/plan_id'],
  ['both plan and price', { plan_id: 'city' }, '/amount_due'],
  ['a price in major units', { amount_due: { amount: 12.18, currency: 'EUR' } }, '/amount_due/amount'],
  ['a price below zero', { amount_due: { amount: -1, currency: 'EUR' } }, '/amount_due/amount'],
  ['a price as text', { amount_due: { amount: '12', currency: 'EUR' } }, '/amount_due/amount'],
  ['a currency that is none', { amount_due: { amount: 1, currency: 'EUX' } }, '/amount_due/currency'],
  ['an unknown field of the price', { amount_due: { amount: 1, currency: 'EUR', vat: 1 } }, '/amount_due/vat'],
  ['a market that is empty', { market: '' }, '/market'],
];

for (const [what, parts, pointer] of REFUSED) {
  test(`refuses ${what}, with its place`, () => assert.deepEqual(errors(parts), [pointer]));
}

test('tells all that is wrong at once, and a name with a slash as RFC 6901 does', () => {
  assert.deepEqual(errors({ 'a/b~c': 1, rental_id: '', market: 5 }), ['/a~1b~0c', '/rental_id', '/market']);
});

test('what is no object is refused', () => {
  for (const json of [null, [], 'x', 5]) assert.equal(parseEndedRental(json).ok, false);
});

const anyId = fc.stringMatching(/^[A-Za-z0-9._~:-]{1,100}$/);
const anyName = fc.string({ minLength: 1, maxLength: 100 });
const anyPricing: fc.Arbitrary<Pricing> = fc.oneof(
  anyName.map((planId) => ({ kind: 'plan', planId }) as const),
  fc
    .bigInt({ min: 0n, max: 2n ** 53n - 1n })
    .map((minor) => ({ kind: 'stated', amountDue: money(minor, 'EUR') }) as const),
);
const anyRental: fc.Arbitrary<EndedRental> = fc
  .record({
    rentalId: anyId,
    accountId: anyId,
    vehicleId: fc.option(anyName),
    market: anyName,
    startedAt: fc.nat({ max: 4_000_000_000_000 }),
    lengthMs: fc.nat({ max: 366 * DAY_MS }),
    distanceMeters: fc.option(fc.nat({ max: 100_000_000 })),
    pricing: anyPricing,
  })
  .map(({ lengthMs, ...rental }) => ({ ...rental, endedAt: rental.startedAt + lengthMs }));

test('reads what it writes, and finds it the same', () => {
  fc.assert(
    fc.property(anyRental, (rental) => {
      const parsed = parseEndedRental(JSON.parse(JSON.stringify(rentalAsJson(rental))));
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.value, rental);
      assert.equal(differingField(rental, parsed.value), null);
    }),
    RUNS,
  );
});

test('the first field that differs is named as on the wire', () => {
  const known = parseEndedRental(SAID);
  assert.ok(known.ok);
  const rental = known.value;
  const differing = (parts: Partial<EndedRental>) => differingField(rental, { ...rental, ...parts });
  assert.equal(differing({ accountId: 'acc_2', endedAt: rental.endedAt + 1 }), 'account_id');
  assert.equal(differing({ vehicleId: null }), 'vehicle_id');
  assert.equal(differing({ market: 'roma' }), 'market');
  assert.equal(differing({ startedAt: rental.startedAt + 1 }), 'started_at');
  assert.equal(differing({ endedAt: rental.endedAt + 1 }), 'ended_at');
  assert.equal(differing({ distanceMeters: null }), 'distance_meters');
  assert.equal(differing({ distanceMeters: 0 }), 'distance_meters');
  assert.equal(differing({ pricing: { kind: 'plan', planId: 'p' } }), 'plan_id');
  assert.equal(differing({ pricing: { kind: 'stated', amountDue: money(1218n, 'CHF') } }), 'amount_due');
});
