/**
 * Published tariffs of 13 car-sharing operators and the official example feeds of GBFS, priced. They lie in
 * `../shared/data` beside the checkout; where they are absent, the tests say so and are skipped. Every price here was
 * worked out by hand; the working stands beside it.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import { parsePlan } from '../src/core/live/plan/parse-plan.ts';
import type { Plan } from '../src/core/live/plan.ts';
import { priceRental } from '../src/core/live/price.ts';

const DATA = join(import.meta.dirname, '..', '..', 'shared', 'data', 'mobility');

/** Skips the test, visibly, where the data is absent. */
function needs(t: TestContext, folder: string): boolean {
  if (existsSync(join(DATA, folder))) return true;
  t.skip(`${join(DATA, folder)} is not here`);
  return false;
}

function readPlan(json: { readonly plan_id: string }): Plan {
  const parsed = parsePlan(json);
  assert.ok(parsed.ok, `${json.plan_id}: ${inspect(parsed)}`);
  return parsed.value;
}

function plansOf(operator: string): readonly Plan[] {
  const text = readFileSync(join(DATA, 'operator-tariffs', `${operator}.json`), 'utf8');
  return JSON.parse(text).feed_data.pricing_plans.map(readPlan);
}

function priceOf(plan: Plan, ride: { readonly ms: number; readonly metres: number }): bigint {
  const priced = priceRental({
    rental: {
      rentalId: 'rnt_1',
      accountId: 'acc_1',
      vehicleId: null,
      market: 'here',
      startedAt: 0,
      endedAt: ride.ms,
      distanceMeters: ride.metres,
      pricing: { kind: 'plan', planId: plan.planId },
    },
    plan,
    market: { market: 'here', currency: plan.currency, vatBasisPoints: 1900 },
    lots: [],
  });
  assert.ok(priced.ok);
  return priced.value.amount.amountMinor;
}

const KM = 1000;

/** Operator, plan, minutes, kilometres, cents. */
const RIDES: readonly (readonly [operator: string, plan: string, minutes: number, km: number, cents: bigint])[] = [
  // 37 × 0.24
  ['free2move_stuttgart', 'standard_minute', 37, 0, 888n],
  // 100 × 0.19
  ['free2move_stuttgart', 'mini_minute', 100, 0, 1900n],
  // One hour and a minute begin two hours: 2 × 7.99
  ['free2move_stuttgart', 'standard_hour', 61, 0, 1598n],
  // 25 h begin two days: 2 × 33.33
  ['free2move_stuttgart', 'standard_24hours', 25 * 60, 0, 6666n],
  // 3 h × 3.30 = 9.90; 45 km × 0.29 = 13.05
  ['cambio_aachen', '15-25', 150, 45, 2295n],
  // 10 h × 3.30 = 33.00; 100 km × 0.29 = 29.00; km 101 to 119 × 0.22 = 4.18, for the second rate starts at 101
  ['cambio_aachen', '15-25', 600, 120, 6618n],
  // 2 h × 9.90
  ['deer', 'basic_line_hour', 90, 0, 1980n],
  // Once for the weekend
  ['deer', 'basic_line_weekend', 3000, 0, 10_990n],
  // 1.20 + 2 h × 1.10 + 100 km × 0.21 + 30 km × 0.15 = 1.20 + 2.20 + 21.00 + 4.50
  ['stadtmobil_karlsruhe', 'micro_hour_daytime', 95, 130, 2890n],
  // 1.20 + two begun weeks × 112.00
  ['stadtmobil_karlsruhe', 'micro_week', 8 * 24 * 60, 0, 22_520n],
  // 1.20 + 7 h × 0.50, the eighth lies beyond the end at 420; 10 km × 0.21 = 2.10
  ['stadtmobil_karlsruhe', 'all_hour_nighttime', 480, 10, 680n],
  // 1.00 + 2 h × 1.64 + (10 − 4) km × 0.41 = 1.00 + 3.28 + 2.46
  ['oekostadt_renningen', 'mini_hour_daytime', 61, 10, 674n],
  // 1.00 + 13 begun km × 0.41 = 1.00 + 5.33; the time is free
  ['oekostadt_renningen', 'mini_hour_nighttime', 300, 12.3, 633n],
  // 10 h × 2.00 + an eleventh that is free; 100 × 0.32 + 400 × 0.26 + 20 × 0.24 = 32.00 + 104.00 + 4.80
  ['teilauto_biberach', 'small_hour_daytime', 660, 520, 16_080n],
  // 20.00 + 16.00 + 16.00
  ['teilauto_biberach', 'small_hour_24hours', 3 * 24 * 60, 0, 5200n],
  // 2 days × 79.90; 300 km are free, 10 × 0.15 = 1.50
  ['mikar', 'transporter_day', 1500, 310, 16_130n],
  // 2 weeks × 145.00; one metre begins a kilometre: 0.19
  ['swu2go', 'small_week', 10_081, 0.001, 29_019n],
  // 129.00 + 200 km × 0.34 = 68.00
  ['flinkster_carsharing', 'small_family_car_weekend', 4320, 200, 19_700n],
];

test('every published plan loads', (t) => {
  if (!needs(t, 'operator-tariffs')) return;
  const operators = readdirSync(join(DATA, 'operator-tariffs')).map((file) => file.replace('.json', ''));
  const plans = operators.flatMap(plansOf);
  assert.equal(operators.length, 13);
  assert.equal(plans.length, 120);
});

for (const [operator, planId, minutes, km, cents] of RIDES) {
  test(`${operator} ${planId}: ${minutes} min and ${km} km`, (t) => {
    if (!needs(t, 'operator-tariffs')) return;
    const plan = plansOf(operator).find((one) => one.planId === planId);
    assert.ok(plan);
    const metres = Math.round(km * KM);
    assert.equal(priceOf(plan, { ms: minutes * MINUTE_MS, metres }), cents);
    if (plan.perMinute.some(({ start, end, interval }) => start === 0 && end === null && interval === 1)) {
      const longer = priceOf(plan, { ms: minutes * MINUTE_MS + SECOND_MS, metres });
      assert.ok(longer > cents, 'a second begins a minute');
    }
  });
}

/** File, plan, minutes, minor units. */
const EXAMPLES: readonly (readonly [file: string, plan: string, minutes: number, minor: bigint])[] = [
  // 1.00 + 10 × 0.28
  ['system_pricing_plans.v3.0.json', '87c7ed6e-aecf-4900-9a85-2a78efbba65b', 10, 380n],
  // 1.20 + 15 × 0.28
  ['system_pricing_plans.v3.0.json', 'e1df7c5c-3232-422f-bf38-94cabb55fb99', 15, 540n],
  // 7 × 3.50
  ['system_pricing_plans.v2.3.json', 'TST:PricingPlan:Basic', 7, 2450n],
];

for (const [file, planId, minutes, minor] of EXAMPLES) {
  test(`the example feed ${file} prices ${minutes} min`, (t) => {
    if (!needs(t, 'gbfs/test-fixtures')) return;
    const feed = JSON.parse(readFileSync(join(DATA, 'gbfs/test-fixtures', file), 'utf8'));
    const plan = feed.data.plans.map(readPlan).find((one: Plan) => one.planId === planId);
    assert.equal(priceOf(plan, { ms: minutes * MINUTE_MS, metres: 0 }), minor);
  });
}
