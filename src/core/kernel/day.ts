import { assert } from './assert.ts';
import { parseDay } from './rfc3339.ts';
import { DAY_MS, type Instant, toRfc3339 } from './time.ts';

/** A day of the Gregorian calendar, `YYYY-MM-DD`, 1970 to 9999, in whatever zone its owner says. Texts sort by time. */
export type Day = string;

const LENGTH = 'YYYY-MM-DD'.length;

/** A defect of the caller where the text is no day. */
export function dayNumber(day: Day): number {
  const number = parseDay(day);
  assert(number !== null, `${day} is a day`);
  return number;
}

/** The day of the instant in UTC. */
export function utcDayOf(instant: Instant): Day {
  return toRfc3339(instant).slice(0, LENGTH);
}

/** The day that lies `number` days after 1970-01-01. */
export function dayOfNumber(number: number): Day {
  return utcDayOf(number * DAY_MS);
}

/** Calendar days, not working days; `count` may be below zero. */
export function addDays(day: Day, count: number): Day {
  return dayOfNumber(dayNumber(day) + count);
}

/** Calendar days from the one to the other; below zero where `to` lies before. */
export function daysBetween({ from, to }: { readonly from: Day; readonly to: Day }): number {
  return dayNumber(to) - dayNumber(from);
}
