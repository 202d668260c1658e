import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../kernel/time.ts';
import type { Finding } from '../finding.ts';
import type { Population } from '../population.ts';
import type { Case } from './case.ts';
import { incidentOf } from './window.ts';

const FROM = 16_400 * DAY_MS;
const DAYS = 60;
const BUCKET_MS = 15 * MINUTE_MS;

/** Forty charges an hour by day and four by night, for sixty days. */
function base(): Population {
  const counts = Array.from({ length: DAYS * 96 }, (_, bucket) => (bucket % 96 >= 28 ? 10 : 1));
  const series = { from: FROM, bucketMs: BUCKET_MS, counts };
  const chargesSucceeded = counts.reduce((sum, count) => sum + count, 0);
  return { chargesSucceeded, charged: series, ended: series, attributes: [], sampled: [], taken: [] };
}

function caseAt(chargedAt: Instant, endedAt: Instant | null, gapMs: number): Case {
  const finding = { class: 'double_charge', grade: 'proven', evidence: { rental: null, otherRental: null } };
  return { finding: finding as unknown as Finding, chargedAt, endedAt, first: null, second: null, gapMs };
}

/** A re-run: every rental of the days from 20 to 24 charged again within 40 minutes of day 27. */
function rerun(): readonly Case[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const endedAt = FROM + 20 * DAY_MS + Math.floor((index * 4 * DAY_MS) / 1200);
    const chargedAt = FROM + 27 * DAY_MS + 2 * HOUR_MS + index * 2000;
    return caseAt(chargedAt, endedAt, chargedAt - endedAt);
  });
}

/** One unrelated double charge every other day, minutes after its ride, and one an hour before the re-run. */
function strays(): readonly Case[] {
  const days = Array.from({ length: 30 }, (_, index) => FROM + index * 2 * DAY_MS + 15 * HOUR_MS);
  return [...days, FROM + 27 * DAY_MS + HOUR_MS].map((at) => caseAt(at, at - 10 * MINUTE_MS, 3 * MINUTE_MS));
}

function inOrder(cases: readonly Case[]): readonly Case[] {
  return cases.toSorted((one, other) => one.chargedAt - other.chargedAt);
}

test('a burst has its own first and last facts as ends, to the millisecond', () => {
  const cases = rerun();
  const window = incidentOf(cases, base())?.window;
  assert.deepEqual(window, {
    from: cases[0]?.endedAt,
    to: cases.at(-1)?.endedAt,
    chargedFrom: cases[0]?.chargedAt,
    chargedTo: cases.at(-1)?.chargedAt,
    inside: 1200,
    outside: 0,
  });
});

test('strays before, after and just beside a burst are counted and not swallowed', () => {
  const cases = rerun();
  const window = incidentOf(inOrder([...cases, ...strays()]), base())?.window;
  assert.deepEqual(window, { ...incidentOf(cases, base())?.window, outside: 31 });
});

test('without rentals the window of the wrong charges stands alone', () => {
  const cases = [...rerun(), ...strays()].map((each) => ({ ...each, endedAt: null }));
  const window = incidentOf(inOrder(cases), { ...base(), ended: null })?.window;
  assert.equal(window?.from, null);
  assert.equal(window?.chargedFrom, rerun()[0]?.chargedAt);
  assert.equal(window?.outside, 31);
});

test('where the rate is even, the window is the first to the last finding', () => {
  // One in forty charges of each day, at different times of the day, over the whole history.
  const cases = Array.from({ length: 600 }, (_, index) => {
    const at = FROM + Math.floor(index / 10) * DAY_MS + 8 * HOUR_MS + (index % 10) * 95 * MINUTE_MS;
    return caseAt(at, at - MINUTE_MS, 4000 + (index % 7) * 900);
  });
  const incident = incidentOf(cases, base());
  assert.equal(incident?.window.chargedFrom, cases[0]?.chargedAt);
  assert.equal(incident?.window.chargedTo, cases.at(-1)?.chargedAt);
  assert.equal(incident?.window.outside, 0);
});

test('nights of one incident are one window', () => {
  const nights = Array.from({ length: 10 }, (_, night) =>
    Array.from({ length: 40 }, (_, index) => {
      const at = FROM + (30 + night) * DAY_MS + HOUR_MS + index * 5000;
      return caseAt(at, at - 6 * HOUR_MS, 6 * HOUR_MS);
    }),
  ).flat();
  const window = incidentOf(nights, base())?.window;
  assert.equal(window?.chargedFrom, nights[0]?.chargedAt);
  assert.equal(window?.chargedTo, nights.at(-1)?.chargedAt);
  assert.equal(window?.outside, 0);
});

test('a quarter of a million findings over four years are placed in seconds', () => {
  const counts = new Array<number>(4 * 365 * 96).fill(20);
  const series = { from: FROM, bucketMs: BUCKET_MS, counts };
  const population = { ...base(), chargesSucceeded: counts.length * 20, charged: series, ended: null };
  const cases = Array.from({ length: 250_000 }, (_, index) => {
    const at = FROM + 700 * DAY_MS + index * 1500;
    return caseAt(at, null, 3 * DAY_MS - index);
  });
  const began = process.cpuUsage().user;
  assert.equal(incidentOf(cases, population)?.window.inside, 250_000);
  const seconds = (process.cpuUsage().user - began) / 1e6;
  assert.ok(seconds < 20, `${seconds} s`);
});
