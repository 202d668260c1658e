import { DAY_MS, HOUR_MS, type Instant, toRfc3339 } from '../kernel/time.ts';

/** Days since 1970-01-01. */
export type DayNumber = number;

/** The day of a date of the Gregorian calendar (Hinnant, days_from_civil); months count from 1. */
export function dayOf(year: number, month: number, day: number): DayNumber {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** An instant from a date and clock of UTC. */
export function atUtc(date: readonly [year: number, month: number, day: number], msOfDay: number): Instant {
  return dayOf(...date) * DAY_MS + msOfDay;
}

/** 0 is Sunday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7;
}

/**
 * What Central European clocks are ahead of UTC: two hours from the last Sunday of March to the last Sunday of
 * October, each at 01:00 UTC, else one (Directive 2000/84/EC).
 */
export function romeOffsetMs(instant: Instant): number {
  const year = Number(toRfc3339(instant).slice(0, 4));
  const begins = lastSunday(year, 3) * DAY_MS + HOUR_MS;
  const ends = lastSunday(year, 10) * DAY_MS + HOUR_MS;
  return instant >= begins && instant < ends ? 2 * HOUR_MS : HOUR_MS;
}

function lastSunday(year: number, month: 3 | 10): DayNumber {
  const last = dayOf(year, month, 31);
  return last - weekdayOf(last);
}

/** The instant at which clocks in Rome show this; of the repeated hour in October, the second. */
export function atRome(day: DayNumber, msOfDay: number): Instant {
  const winter = day * DAY_MS + msOfDay - HOUR_MS;
  return romeOffsetMs(winter) === HOUR_MS ? winter : winter - HOUR_MS;
}

/** The day on the calendar in Rome. */
export function romeDay(instant: Instant): DayNumber {
  return Math.floor((instant + romeOffsetMs(instant)) / DAY_MS);
}

/** `20141112` */
export function compactDate(day: DayNumber): string {
  return toRfc3339(day * DAY_MS)
    .slice(0, 10)
    .replaceAll('-', '');
}

/** The first day after this one on which banks book; bank holidays are left out of scenarios. */
export function nextBusinessDay(day: DayNumber): DayNumber {
  const next = day + 1;
  const weekday = weekdayOf(next);
  if (weekday === 6) return next + 2;
  return weekday === 0 ? next + 1 : next;
}
