import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS, SECOND_MS, sayDuration, sayInstant, toRfc3339 } from './time.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 5000 };
const anyInstant = fc.integer({ min: Date.UTC(0, 0, 1) - 1900 * 366 * DAY_MS, max: Date.UTC(9999, 11, 31) });
const inYears = anyInstant.filter((instant) => {
  const year = new Date(instant).getUTCFullYear();
  return year >= 0 && year <= 9999;
});

test('writes every instant as Date does, without the milliseconds where there are none', () => {
  fc.assert(
    fc.property(inYears, (instant) => {
      assert.equal(toRfc3339(instant), new Date(instant).toISOString().replace('.000Z', 'Z'));
    }),
    RUNS,
  );
});

test('writes leap days, ends of years and instants before 1970', () => {
  for (const text of [
    '2012-02-29T23:59:59Z',
    '2000-02-29T00:00:00Z',
    '1900-02-28T23:59:59Z',
    '1969-12-31T23:59:59.999Z',
  ]) {
    assert.equal(toRfc3339(Date.parse(text)), text);
  }
});

test('says instants to the minute, cut', () => {
  assert.equal(sayInstant(Date.UTC(2014, 10, 16, 2, 14, 59, 999)), '16 Nov 2014 02:14 UTC');
  assert.equal(sayInstant(Date.UTC(2015, 0, 1)), '1 Jan 2015 00:00 UTC');
  fc.assert(
    fc.property(inYears, (instant) => {
      const said = new Date(instant);
      const month = said.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
      assert.ok(sayInstant(instant).startsWith(`${said.getUTCDate()} ${month} `));
    }),
    { ...RUNS, numRuns: 500 },
  );
});

test('finds the day of an instant, also before 1970', () => {
  assert.equal(dayOf(Date.UTC(2014, 10, 16, 23, 59)), Date.UTC(2014, 10, 16));
  assert.equal(dayOf(-1), -DAY_MS);
  assert.equal(dayOf(0), 0);
});

test('says lengths of time in two units at most, and no unit shows its own limit', () => {
  assert.equal(sayDuration(54), '54 ms');
  assert.equal(sayDuration(2000), '2 s');
  assert.equal(sayDuration(59_999), '59.9 s');
  assert.equal(sayDuration(11 * MINUTE_MS), '11 min');
  assert.equal(sayDuration(11 * MINUTE_MS + 59_999), '11 min 59 s');
  assert.equal(sayDuration(2 * HOUR_MS - 1), '1 h 59 min');
  assert.equal(sayDuration(3 * DAY_MS + 4 * HOUR_MS + SECOND_MS), '3 d 4 h');
  assert.equal(sayDuration(-90 * SECOND_MS), '-1 min 30 s');
  fc.assert(
    fc.property(fc.nat({ max: 400 * DAY_MS }), (length) => {
      assert.doesNotMatch(sayDuration(length), /\b60 (s|min)\b|\b60\.0 s|\b24 h|\b1000 ms/);
    }),
    RUNS,
  );
});
