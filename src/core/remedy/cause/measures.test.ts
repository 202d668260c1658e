import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../finding.ts';
import type { Case, Leg } from './case.ts';
import { calendarOf, isNearClockChange } from './clock.ts';
import { configuredLength, gapProfileOf } from './gaps.ts';
import { keyProfileOf } from './keys.ts';
import { lineThrough, quantile, ramp, rankCorrelation, thinned } from './numbers.ts';

function leg(at: number, key: string | null): Leg {
  return {
    at,
    payment: { paymentId: `pay_${at}_${key}`, idempotencyKey: key } as Leg['payment'],
    record: null,
    line: null,
  };
}

function pair(at: number, gapMs: number, keys: readonly [string | null, string | null]): Case {
  const finding = { class: 'double_charge' } as Finding;
  const first = leg(at, keys[0]);
  return { finding, chargedAt: at + gapMs, endedAt: null, first, second: leg(at + gapMs, keys[1]), gapMs };
}

function keysOf(make: (index: number) => readonly [string | null, string | null]) {
  return keyProfileOf(Array.from({ length: 40 }, (_, index) => pair(index * 1000, 500, make(index))));
}

test('keys that name the attempt are seen, prefixes and times in keys are not taken for it', () => {
  assert.equal(keysOf((n) => [`rnt_${n}:attempt:1`, `rnt_${n}:attempt:2`])?.oneComponent, 1);
  assert.equal(keysOf((n) => [`rnt_${n}:attempt:1`, `rnt_${n}:attempt:2`])?.component, 'attempt');
  assert.equal(keysOf((n) => [`R${1000 + n}-20141110`, `R${1000 + n}-20141116`])?.component, 'time');
  assert.equal(keysOf((n) => [`charge-${4000 + n}`, `charge-${4000 + n}-2`])?.oneComponent, 1);
  assert.equal(keysOf((n) => [`idk_${hex(n, 7)}`, `idk_${hex(n, 13)}`])?.oneComponent, 0);
  // ULIDs of one second begin alike.
  assert.equal(keysOf((n) => [`01HF${n + 1000}${hex(n, 7)}`, `01HF${n + 1000}${hex(n, 13)}`])?.oneComponent, 0);
});

test('equal, different and missing keys are told apart', () => {
  assert.equal(keysOf((n) => [`k${n}`, `k${n}`])?.equal, 1);
  const half = keysOf((n) => (n % 2 === 0 ? [`k${hex(n, 7)}`, null] : [`k${hex(n, 7)}`, `z-${hex(n, 13)}`]));
  assert.deepEqual([half?.missing, half?.different, half?.equal], [0.5, 0.5, 0]);
  assert.notEqual(half?.shapesApart, null);
});

/** Digits that look random and are not: a multiplicative hash. */
function hex(index: number, salt: number): string {
  let text = '';
  for (let place = 1; place <= 4; place += 1)
    text += (((index + salt * place) * 2_654_435_761) % 65_536).toString(16).padStart(4, '0');
  return text;
}

test('a re-run has slope -1, two daemons a constant lag, a timeout its heaps', () => {
  const rerun = gapProfileOf(
    Array.from({ length: 200 }, (_, n) => pair(n * 60_000, 5e8 - n * 60_000 + n * 30, [null, null])),
  );
  assert.ok(Math.abs((rerun?.slope ?? 0) + 1) < 0.001 && (rerun?.slopeFit ?? 0) > 0.99);
  const twice = gapProfileOf(Array.from({ length: 200 }, (_, n) => pair(n * 700, 7.2e6 + (n % 5), [null, null])));
  assert.ok((twice?.variation ?? 1) < 0.001 && twice?.orderKept === 1);
  const timeout = gapProfileOf(
    Array.from({ length: 90 }, (_, n) => pair(n * 7000, n % 3 === 0 ? 40_000 + n : 12_000 + n, [null, null])),
  );
  assert.deepEqual(
    timeout?.modes.map((mode) => Math.round(mode.share * 30)),
    [20, 10],
  );
});

test('a tenth of wild points does not move the line', () => {
  const points = Array.from({ length: 100 }, (_, x) => ({ x, y: x % 10 === 3 ? 9000 * (x % 7) : 50 - x }));
  assert.ok(Math.abs((lineThrough(points)?.slope ?? 0) + 1) < 0.05);
  assert.equal(lineThrough(points.slice(0, 3)), null);
});

test('rank correlation is 1 for one order, -1 for the reverse, null where nothing changes', () => {
  const rising = [1, 2, 3, 4, 5].map((x) => ({ x, y: x ** 3 }));
  assert.equal(rankCorrelation(rising), 1);
  assert.equal(rankCorrelation(rising.map(({ x, y }) => ({ x, y: -y }))), -1);
  assert.equal(rankCorrelation(rising.map(({ x }) => ({ x, y: 1 }))), null);
});

test('quantiles, ramps and thinning keep to their bounds', () => {
  assert.deepEqual([quantile([], 0.5), quantile([7], 0), quantile([1, 2, 3], 1)], [0, 7, 3]);
  assert.deepEqual([ramp(0, 1, 2), ramp(1.5, 1, 2), ramp(9, 1, 2), ramp(0, 2, 1)], [0, 0.5, 1, 1]);
  const many = thinned(
    Array.from({ length: 50_000 }, (_, n) => n),
    5000,
  );
  assert.deepEqual([many.length, many[0], new Set(many).size], [5000, 0, 5000]);
});

test('a lease is a little longer than a configured length', () => {
  assert.equal(configuredLength(301_500), 300_000);
  assert.equal(configuredLength(30_900), 30_000);
  assert.equal(configuredLength(437_000), null);
});

test('the nights of the clock changes are known', () => {
  const at = (text: string) => Date.parse(text);
  assert.ok(isNearClockChange(at('2014-10-26T00:30:00Z')));
  assert.ok(isNearClockChange(at('2021-03-28T01:05:00Z')));
  assert.ok(isNearClockChange(at('2023-11-05T06:30:00Z')));
  assert.ok(!isNearClockChange(at('2014-10-19T00:30:00Z')));
  assert.ok(!isNearClockChange(at('2014-10-26T15:00:00Z')));
  assert.deepEqual(calendarOf(at('2024-02-29T23:59:59Z')), { month: 2, day: 29, weekday: 4, hour: 23 });
});
