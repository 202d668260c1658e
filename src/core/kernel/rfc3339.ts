import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from './time.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

/**
 * The instant that a text of RFC 3339 names, with `Z` or an offset: without one it would name no instant. What is
 * finer than a millisecond is cut. Null where it is malformed, the day does not exist, or it is a leap second, which no
 * clock of ours shows. Years 1970 to 9999.
 */
export function parseRfc3339(text: string): Instant | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (year < 1970 || !isDay({ year, month, day }) || hour > 23 || minute > 59 || second > 59) return null;
  const [offsetHour, offsetMinute] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (offsetHour > 23 || offsetMinute > 59) return null;
  const offsetMs = (match[9] === '-' ? -1 : 1) * (offsetHour * HOUR_MS + offsetMinute * MINUTE_MS);
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const dayMs = dayNumber({ year, month, day }) * DAY_MS;
  return dayMs + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + ms - offsetMs;
}

/** A day of the Gregorian calendar; months from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Days since 1970-01-01 of `YYYY-MM-DD`; null where there is no such day. */
export function parseDay(text: string): number | null {
  const match = DAY.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  return isDay({ year, month, day }) ? dayNumber({ year, month, day }) : null;
}

function isDay({ year, month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1970-01-01. Source: Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. */
function dayNumber({ year, month, day }: Day): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}
