import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDay, parseRfc3339 } from './rfc3339.ts';
import { DAY_MS, toRfc3339 } from './time.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 5000 };
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

test('reads what it writes, every instant from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST }), (instant) =>
      assert.equal(parseRfc3339(toRfc3339(instant)), instant),
    ),
    RUNS,
  );
});

test('an offset is taken off, what is finer than a millisecond is cut', () => {
  const instant = Date.UTC(2026, 10, 10, 18, 0, 0, 123);
  for (const text of [
    '2026-11-10T19:00:00.123+01:00',
    '2026-11-10t18:00:00.1239z',
    '2026-11-10T12:30:00.123000-05:30',
  ]) {
    assert.equal(parseRfc3339(text), instant, text);
  }
});

test('refuses what names no instant', () => {
  for (const text of [
    '2026-11-10T18:00:00',
    '2026-11-10',
    '2026-11-10 18:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-10T24:00:00Z',
    '2026-11-10T18:00:60Z',
    '2026-11-10T18:00:00+24:00',
    '1969-12-31T23:59:59Z',
    '2026-11-10T18:00:00.Z',
    '2026-11-10T18:00:00Z ',
  ]) {
    assert.equal(parseRfc3339(text), null, text);
  }
});

test('days of leap years', () => {
  assert.equal(parseDay('2024-02-29'), Date.UTC(2024, 1, 29) / DAY_MS);
  assert.equal(parseDay('2000-02-29'), Date.UTC(2000, 1, 29) / DAY_MS);
  for (const text of ['2023-02-29', '2100-02-29', '2023-04-31', '2023-1-1']) assert.equal(parseDay(text), null, text);
});
