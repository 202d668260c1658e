import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { money } from '../kernel/money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import type { Lot } from '../ledger/lot.ts';
import { priceOf as milano2014 } from '../scenario/tariff.ts';
import type { EndedRental, Price } from './ended-rental.ts';
import { parsePlan } from './plan/parse-plan.ts';
import type { Plan } from './plan.ts';
import { priceRental, vatWithin } from './price.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 1000 };
const START = 1_700_000_000_000;

const FRAME = { plan_id: 'p', name: 'P', currency: 'EUR', price: 0, is_taxable: false, description: '' };

function planOf(parts: Readonly<Record<string, unknown>>): Plan {
  const parsed = parsePlan({ ...FRAME, ...parts });
  assert.ok(parsed.ok, inspect(parsed));
  return parsed.value;
}

const MILANO = planOf({
  per_min_pricing: [{ start: 0, interval: 1, rate: 0.29 }],
  storno_caps: { per_hour: 14.9, per_day: 59 },
});

function rentalOf(parts: Partial<EndedRental>): EndedRental {
  return {
    rentalId: 'rnt_1',
    accountId: 'acc_1',
    vehicleId: null,
    market: 'milano',
    startedAt: START,
    endedAt: START + 30 * MINUTE_MS,
    distanceMeters: 0,
    pricing: { kind: 'plan', planId: 'p' },
    ...parts,
  };
}

function marketOf(currency: string) {
  return { market: 'milano', currency, vatBasisPoints: 2200 };
}

function price(
  plan: Plan,
  ms: number,
  parts: { readonly lots?: readonly Lot[]; readonly metres?: number } = {},
): Price {
  const rental = rentalOf({ endedAt: START + ms, distanceMeters: parts.metres ?? 0 });
  const priced = priceRental({ rental, plan, market: marketOf(plan.currency), lots: parts.lots ?? [] });
  assert.ok(priced.ok, inspect(priced));
  return priced.value;
}

function minor(plan: Plan, ms: number): bigint {
  return price(plan, ms).amount.amountMinor;
}

function lotOf(parts: Partial<Lot>): Lot {
  return {
    accountId: 'acc_1',
    lotId: 'lot_1',
    market: 'milano',
    minutes: 30,
    remaining: 30,
    validFrom: START - DAY_MS,
    lastDay: '2023-11-30',
    expiresAt: START + DAY_MS,
    source: 'goodwill',
    incidentId: null,
    ...parts,
  };
}

describe('time', () => {
  // Worked out by hand.
  const rows: readonly (readonly [what: string, ms: number, minor: bigint])[] = [
    ['nothing at all begins a minute: 0.29', 0, 29n],
    ['a minute is one: 0.29', MINUTE_MS, 29n],
    ['a minute and a second are two: 0.58', MINUTE_MS + SECOND_MS, 58n],
    ['51 × 0.29 = 14.79', 51 * MINUTE_MS, 1479n],
    ['52 × 0.29 = 15.08, capped at 14.90', 52 * MINUTE_MS, 1490n],
    ['14.90 + 0.29', HOUR_MS + MINUTE_MS, 1519n],
    ['3 × 14.90 = 44.70; 48 × 0.29 = 13.92', 3 * HOUR_MS + 48 * MINUTE_MS, 5862n],
    ['4 × 14.90 = 59.60, capped at 59.00', 4 * HOUR_MS, 5900n],
    ['59.00 + 10 × 0.29', DAY_MS + 10 * MINUTE_MS, 6190n],
    ['2 × 59.00 + 14.90', 2 * DAY_MS + HOUR_MS, 13_290n],
  ];
  for (const [what, ms, expected] of rows) test(what, () => assert.equal(minor(MILANO, ms), expected));

  test('agrees with the tariff of the scenarios on every length', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5 * DAY_MS }), (ms) => assert.equal(minor(MILANO, ms), milano2014(ms))),
      RUNS,
    );
  });

  test('segments run side by side, their ends are not part of them, and an interval of 0 charges once', () => {
    const plan = planOf({
      per_min_pricing: [
        { start: 0, end: 10, interval: 1, rate: 0.5 },
        { start: 10, interval: 5, rate: 2 },
        { start: 3, interval: 0, rate: 7 },
      ],
    });
    assert.equal(minor(plan, 3 * MINUTE_MS), 150n); // 3 × 0.50
    assert.equal(minor(plan, 4 * MINUTE_MS), 900n); // 4 × 0.50 + 7
    assert.equal(minor(plan, 10 * MINUTE_MS), 1200n); // 10 × 0.50 + 7
    assert.equal(minor(plan, 11 * MINUTE_MS), 1400n); // and 2.00 for minutes 10 to 14
    assert.equal(minor(plan, 16 * MINUTE_MS), 1600n); // and 2.00 for minutes 15 to 19
  });

  test('rates finer than the currency are summed exactly and rounded once, a half to the even cent', () => {
    const plan = planOf({ per_min_pricing: [{ start: 0, interval: 1, rate: 0.245 }] });
    assert.equal(minor(plan, MINUTE_MS), 24n); // 24.5
    assert.equal(minor(plan, 2 * MINUTE_MS), 49n);
    assert.equal(minor(plan, 3 * MINUTE_MS), 74n); // 73.5
    assert.equal(minor(plan, 1000 * MINUTE_MS), 24_500n);
  });

  test('currencies without cents and with thousandths', () => {
    const yen = planOf({ currency: 'JPY', price: 100, per_min_pricing: [{ start: 0, interval: 1, rate: 36.5 }] });
    assert.equal(minor(yen, 2 * MINUTE_MS), 173n); // 100 + 73
    const dinar = planOf({ currency: 'KWD', per_min_pricing: [{ start: 0, interval: 1, rate: 0.075 }] });
    assert.equal(minor(dinar, 7 * MINUTE_MS), 525n); // 0.525
  });
});

const anySegment = fc
  .record({
    start: fc.nat({ max: 200 }),
    length: fc.option(fc.integer({ min: 1, max: 2000 })),
    interval: fc.constantFrom(0, 1, 5, 60, 1440),
    thousandths: fc.nat({ max: 20_000 }),
  })
  .map(({ start, length, interval, thousandths }) => ({
    start,
    interval,
    rate: thousandths / 1000,
    ...(length === null ? {} : { end: start + length }),
  }));
const anySegments = fc.array(anySegment, { maxLength: 4 });
const anyCents = fc.nat({ max: 10_000 }).map((cents) => cents / 100);
const anyCaps = fc.record({ per_hour: anyCents, per_day: anyCents }, { requiredKeys: [] });
const anyMinutes = fc.nat({ max: 5000 });

describe('caps', () => {
  test('never raise a price, leave it alone where there are none, and a longer ride never costs less', () => {
    fc.assert(
      fc.property(anySegments, anyCaps, anyMinutes, fc.nat({ max: 500 }), (segments, caps, minutes, more) => {
        const free = planOf({ per_min_pricing: segments });
        const capped = planOf({ per_min_pricing: segments, storno_caps: caps });
        const [ms, longer] = [minutes * MINUTE_MS, (minutes + more) * MINUTE_MS];
        assert.ok(minor(capped, ms) <= minor(free, ms));
        assert.ok(minor(capped, ms) <= minor(capped, longer));
        if (Object.keys(caps).length === 0) assert.equal(minor(capped, ms), minor(free, ms));
      }),
      RUNS,
    );
  });

  test('whole days add up, where the rate is the same throughout', () => {
    fc.assert(
      fc.property(
        anyCents,
        anyCaps,
        fc.nat({ max: 9 }),
        fc.integer({ min: 1, max: 1440 }),
        (rate, caps, days, rest) => {
          const plan = planOf({ per_min_pricing: [{ start: 0, interval: 1, rate }], storno_caps: caps });
          const sum = BigInt(days) * minor(plan, DAY_MS) + minor(plan, rest * MINUTE_MS);
          assert.equal(minor(plan, days * DAY_MS + rest * MINUTE_MS), sum);
        },
      ),
      RUNS,
    );
  });
});

describe('free minutes', () => {
  const linear = planOf({ per_min_pricing: [{ start: 0, interval: 1, rate: 0.29 }] });

  test('make the ride shorter: 40 min with 30 free ones cost 10 × 0.29', () => {
    const { amount, lotUses, lines, billedMinutes } = price(linear, 40 * MINUTE_MS, { lots: [lotOf({})] });
    assert.equal(amount.amountMinor, 290n);
    assert.equal(billedMinutes, 40);
    assert.deepEqual(lotUses, [{ lotId: 'lot_1', minutes: 30 }]);
    assert.deepEqual(
      lines.map(({ kind, amountMinor }) => [kind, amountMinor]),
      [
        ['minutes', 1160n],
        ['free_minutes', -870n],
      ],
    );
  });

  test('are drawn from the lot that lapses first, then from the oldest, then by id', () => {
    const lots = [
      lotOf({ lotId: 'late', expiresAt: START + 9 * DAY_MS, remaining: 5 }),
      lotOf({ lotId: '0_young', validFrom: START - MINUTE_MS, remaining: 5 }),
      lotOf({ lotId: 'b', remaining: 5 }),
      lotOf({ lotId: 'a', remaining: 5 }),
      lotOf({ lotId: 'soon', expiresAt: START + 1, remaining: 5 }),
    ];
    const { lotUses } = price(linear, 24 * MINUTE_MS, { lots });
    assert.deepEqual(lotUses, [
      { lotId: 'soon', minutes: 5 },
      { lotId: 'a', minutes: 5 },
      { lotId: 'b', minutes: 5 },
      { lotId: '0_young', minutes: 5 },
      { lotId: 'late', minutes: 4 },
    ]);
  });

  test('of another city, another account, lapsed, used up or not valid yet are left alone', () => {
    const lots = [
      lotOf({ market: 'roma' }),
      lotOf({ accountId: 'acc_2' }),
      lotOf({ expiresAt: START }),
      lotOf({ validFrom: START + 1 }),
      lotOf({ remaining: 0 }),
    ];
    for (const lot of lots) assert.deepEqual(price(linear, MINUTE_MS, { lots: [lot] }).lotUses, []);
    assert.equal(price(linear, MINUTE_MS, { lots: [lotOf({ validFrom: START })] }).amount.amountMinor, 0n);
  });

  test('are valid for the whole ride if they were when it started', () => {
    const lots = [lotOf({ expiresAt: START + 1 })];
    assert.equal(price(linear, 20 * MINUTE_MS, { lots }).amount.amountMinor, 0n);
  });

  test('are not spent where they change nothing: under a cap, in a begun hour, below a minimum', () => {
    const used = (plan: Plan, minutes: number, remaining: number) =>
      price(plan, minutes * MINUTE_MS, { lots: [lotOf({ remaining, minutes: 500 })] }).lotUses[0]?.minutes ?? 0;
    assert.equal(used(MILANO, 60, 8), 0); // 52 minutes cost 14.90 as well
    assert.equal(used(MILANO, 60, 9), 9); // 51 cost 14.79
    const hourly = planOf({ per_min_pricing: [{ start: 0, interval: 60, rate: 6 }] });
    assert.equal(used(hourly, 90, 29), 0);
    assert.equal(used(hourly, 90, 45), 30);
    const least = planOf({ per_min_pricing: [{ start: 0, interval: 1, rate: 0.5 }], storno_minimum: 5 });
    assert.equal(used(least, 20, 20), 10); // 10 × 0.50 is the minimum
    const firstFree = planOf({ per_min_pricing: [{ start: 10, interval: 1, rate: 0.5 }] });
    assert.equal(used(firstFree, 25, 30), 15); // the first ten are free anyway
  });

  test('pay for time only: base price and kilometres remain', () => {
    const plan = planOf({
      price: 1.2,
      per_min_pricing: [{ start: 0, interval: 1, rate: 0.3 }],
      per_km_pricing: [{ start: 0, interval: 1, rate: 0.25 }],
    });
    // 1.20 + 4 begun km × 0.25
    assert.equal(price(plan, 20 * MINUTE_MS, { lots: [lotOf({})], metres: 3001 }).amount.amountMinor, 220n);
  });

  test('never make a ride dearer, and one minute fewer would make it dearer than it is', () => {
    const anyPlan = fc.record({ segments: anySegments, caps: anyCaps, minimum: anyCents });
    fc.assert(
      fc.property(anyPlan, anyMinutes, fc.nat({ max: 1000 }), ({ segments, caps, minimum }, minutes, remaining) => {
        const plan = planOf({ per_min_pricing: segments, storno_caps: caps, storno_minimum: minimum });
        const priced = (left: number) =>
          price(plan, minutes * MINUTE_MS, { lots: [lotOf({ remaining: left, minutes: 1000 })] });
        const all = priced(remaining);
        const used = all.lotUses[0]?.minutes ?? 0;
        assert.ok(all.amount.amountMinor <= priced(0).amount.amountMinor);
        assert.ok(used <= remaining && used <= all.billedMinutes);
        if (used > 0) assert.ok(priced(used - 1).amount.amountMinor > all.amount.amountMinor);
      }),
      RUNS,
    );
  });
});

describe('a price', () => {
  test('holds the tax: 22 % in 12.20 are 2.20, and a half goes to the even cent', () => {
    assert.deepEqual(vatWithin(money(1220n, 'EUR'), marketOf('EUR')), money(220n, 'EUR'));
    assert.deepEqual(vatWithin(money(0n, 'EUR'), marketOf('EUR')), money(0n, 'EUR'));
    // 1 × 10 000 / 20 000 = 0.5 and 3 × 10 000 / 20 000 = 1.5
    const all = { vatBasisPoints: 10_000 };
    assert.deepEqual(
      [vatWithin(money(1n, 'EUR'), all), vatWithin(money(3n, 'EUR'), all)].map((vat) => vat.amountMinor),
      [0n, 2n],
    );
  });

  test('that is stated is taken as it is and uses no minutes', () => {
    const rental = rentalOf({ pricing: { kind: 'stated', amountDue: money(1218n, 'EUR') } });
    const priced = priceRental({ rental, plan: null, market: marketOf('EUR'), lots: [lotOf({})] });
    assert.ok(priced.ok);
    assert.equal(priced.value.amount.amountMinor, 1218n);
    assert.equal(priced.value.vat.amountMinor, 220n); // 1218 × 22 / 122 = 219.6…
    assert.deepEqual(priced.value.lotUses, []);
    assert.equal(priced.value.billedMinutes, 30);
  });

  test('is refused without its plan, in another currency, without the kilometres that it needs', () => {
    const refusal = (rental: EndedRental, plan: Plan | null, currency: string) => {
      const priced = priceRental({ rental, plan, market: marketOf(currency), lots: [] });
      return priced.ok ? null : priced.error;
    };
    const perKm = planOf({ per_km_pricing: [{ start: 0, interval: 1, rate: 1 }] });
    const stated = rentalOf({ pricing: { kind: 'stated', amountDue: money(1n, 'CHF') } });
    const differs = { kind: 'currency_differs', expected: 'EUR', actual: 'CHF' };
    assert.deepEqual(refusal(rentalOf({}), null, 'EUR'), { kind: 'plan_missing', planId: 'p' });
    assert.deepEqual(refusal(rentalOf({}), planOf({ currency: 'CHF' }), 'EUR'), differs);
    assert.deepEqual(refusal(stated, null, 'EUR'), differs);
    assert.deepEqual(refusal(rentalOf({ distanceMeters: null }), perKm, 'EUR'), {
      kind: 'distance_missing',
      planId: 'p',
    });
    const dear = planOf({ per_min_pricing: [{ start: 0, interval: 1, rate: 999_999_999 }] });
    const year = rentalOf({ endedAt: START + 366 * DAY_MS });
    const tooLarge = { kind: 'amount_too_large', amountMinor: 99_999_999_900n * 527_040n };
    assert.deepEqual(refusal(year, dear, 'EUR'), tooLarge);
  });
});
