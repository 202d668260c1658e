import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '../core/kernel/time.ts';
import { ianaCalendar } from './calendar.ts';

const ROME = 'Europe/Rome';

test('a day is the day of its zone', () => {
  const instant = Date.UTC(2026, 10, 10, 23, 30);
  assert.equal(ianaCalendar.localDay(instant, ROME), '2026-11-11');
  assert.equal(ianaCalendar.localTime(instant, ROME), '00:30');
  assert.equal(ianaCalendar.localDay(instant, 'America/New_York'), '2026-11-10');
});

test('a day has 23, 24 or 25 hours, and ends with the year', () => {
  const length = (before: string, day: string) =>
    ((ianaCalendar.endOfDay(day, ROME) ?? 0) - (ianaCalendar.endOfDay(before, ROME) ?? 0)) / HOUR_MS;
  assert.equal(length('2026-03-28', '2026-03-29'), 23);
  assert.equal(length('2026-06-01', '2026-06-02'), 24);
  assert.equal(length('2026-10-24', '2026-10-25'), 25);
  assert.equal(ianaCalendar.endOfDay('2026-12-31', ROME), Date.UTC(2026, 11, 31, 23));
});

test('zones and days that do not exist answer null', () => {
  assert.equal(ianaCalendar.localDay(0, 'Europe/Mailand'), null);
  assert.equal(ianaCalendar.localTime(0, 'Europe/Mailand'), null);
  assert.equal(ianaCalendar.endOfDay('2026-02-30', ROME), null);
  assert.equal(ianaCalendar.endOfDay('30.11.2026', ROME), null);
  assert.equal(ianaCalendar.endOfDay('2026-11-30', ''), null);
});
