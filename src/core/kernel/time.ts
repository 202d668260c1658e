/** An instant: whole milliseconds since 1970-01-01T00:00:00Z, within ±8.64e15 (ECMA-262 §21.4.1.1). */
export type Instant = number;

/** A half-open or closed stretch of time; each use says which. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const DAYS_PER_ERA = 146_097; // 400 Gregorian years
const DAYS_TO_1970_FROM_0000_03 = 719_468;

/**
 * The instant as RFC 3339 in UTC, to the second, or to the millisecond where it has any: `2014-11-16T02:00:00Z`.
 * Written out because `Date` is not part of core. Bounds: years 0000 to 9999.
 * Source of the calendar rule: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
 */
export function toRfc3339(instant: Instant): string {
  const dayNumber = Math.floor(instant / DAY_MS);
  const msOfDay = instant - dayNumber * DAY_MS;
  const z = dayNumber + DAYS_TO_1970_FROM_0000_03;
  const era = Math.floor(z / DAYS_PER_ERA);
  const dayOfEra = z - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const ms = msOfDay % SECOND_MS;
  const fraction = ms === 0 ? '' : `.${pad(ms, 3)}`;
  const clock = `${pad(Math.floor(msOfDay / HOUR_MS), 2)}:${pad(Math.floor(msOfDay / MINUTE_MS) % 60, 2)}:${pad(Math.floor(msOfDay / SECOND_MS) % 60, 2)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${fraction}Z`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The instant as sentences say it, to the minute, cut not rounded: `16 Nov 2014 02:14 UTC`. */
export function sayInstant(instant: Instant): string {
  const text = toRfc3339(instant);
  const [year, month, day] = text.slice(0, text.indexOf('T')).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year} ${text.slice(text.indexOf('T') + 1).slice(0, 5)} UTC`;
}

/** Midnight UTC of the day in which the instant lies. */
export function dayOf(instant: Instant): Instant {
  return Math.floor(instant / DAY_MS) * DAY_MS;
}

/**
 * A length of time in the two largest units that keep it readable: `54 ms`, `30.2 s`, `11 min`, `3 d 4 h`.
 * What lies below the second unit is cut, so that no unit ever shows its own limit (`60 s`).
 */
export function sayDuration(ms: number): string {
  if (ms < 0) return `-${sayDuration(-ms)}`;
  if (ms < SECOND_MS) return `${Math.floor(ms)} ms`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < HOUR_MS) return sayUnits([ms, MINUTE_MS, 'min'], [SECOND_MS, 's']);
  if (ms < DAY_MS) return sayUnits([ms, HOUR_MS, 'h'], [MINUTE_MS, 'min']);
  return sayUnits([ms, DAY_MS, 'd'], [HOUR_MS, 'h']);
}

function sayUnits([ms, large, largeName]: [number, number, string], [small, smallName]: [number, string]): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
