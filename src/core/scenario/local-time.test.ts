import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { atRome, dayOf, nextBusinessDay, romeOffsetMs, weekdayOf } from './local-time.ts';

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Rome', timeZoneName: 'longOffset' });

test('the clocks of Rome are those of the time zone database, 1997 to 2037', () => {
  const instants = fc.integer({ min: Date.UTC(1997, 0, 1) / 60_000, max: Date.UTC(2037, 0, 1) / 60_000 });
  fc.assert(
    fc.property(instants, (minutes) => {
      const name = clock.formatToParts(minutes * 60_000).find((part) => part.type === 'timeZoneName')?.value;
      assert.equal(romeOffsetMs(minutes * 60_000), name === 'GMT+02:00' ? 2 * HOUR_MS : HOUR_MS);
    }),
    { numRuns: 2000 },
  );
});

test('days and weekdays are those of the calendar', () => {
  for (let day = dayOf(1999, 12, 1); day < dayOf(2001, 4, 1); day += 1) {
    const date = new Date(day * DAY_MS);
    assert.equal(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), day);
    assert.equal(weekdayOf(day), date.getUTCDay());
  }
});

test('16 November 2014 is a Sunday, and banks book on Monday', () => {
  assert.equal(weekdayOf(dayOf(2014, 11, 16)), 0);
  for (const day of [14, 15, 16]) assert.equal(nextBusinessDay(dayOf(2014, 11, day)), dayOf(2014, 11, 17));
  assert.equal(nextBusinessDay(dayOf(2014, 11, 12)), dayOf(2014, 11, 13));
});

test('the repeated hour in October is read as the second one', () => {
  assert.equal(atRome(dayOf(2014, 10, 26), 2.5 * HOUR_MS), Date.UTC(2014, 9, 26, 1, 30));
  assert.equal(atRome(dayOf(2014, 10, 26), HOUR_MS), Date.UTC(2014, 9, 25, 23));
});
