import {
  DAY_MS,
  type Instant,
  MINUTE_MS,
  SECOND_MS,
  sayDuration,
  toRfc3339,
  type Window,
} from '../../core/kernel/time.ts';
import { sayCount } from '../../core/remedy/summary.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `10 Nov 2014`, in UTC as every time of the report. */
export function sayDay(instant: Instant): string {
  return `${sayDayOfMonth(instant)} ${toRfc3339(instant).slice(0, 4)}`;
}

/** `10 Nov`. */
export function sayDayOfMonth(instant: Instant): string {
  const text = toRfc3339(instant);
  return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1] ?? ''}`;
}

/** `00:04`. */
export function sayClock(instant: Instant): string {
  return toRfc3339(instant).slice(11, 16);
}

/** `10 Nov 2014 00:04`. */
export function sayMoment(instant: Instant): string {
  return `${sayDay(instant)} ${sayClock(instant)}`;
}

/** `10 Nov 2014 00:04:09`, for lists in which seconds tell two charges apart. */
export function sayMomentToSecond(instant: Instant): string {
  return `${sayDay(instant)} ${toRfc3339(instant).slice(11, 19)}`;
}

/** `between 10 Nov 2014 00:04 and 13 Nov 23:51 UTC`, `at 14 Nov 2014 06:00:00 UTC`: nothing is said twice. */
export function sayWithin(window: Window): string {
  const { from, to } = window;
  if (to - from < SECOND_MS) return `at ${sayMomentToSecond(from)} UTC`;
  if (to - from < MINUTE_MS) return `between ${sayMomentToSecond(from)} and ${toRfc3339(to).slice(11, 19)} UTC`;
  if (sayDay(from) === sayDay(to)) return `between ${sayMoment(from)} and ${sayClock(to)} UTC`;
  const sameYear = toRfc3339(from).slice(0, 4) === toRfc3339(to).slice(0, 4);
  const end = sameYear ? `${sayDayOfMonth(to)} ${sayClock(to)}` : sayMoment(to);
  return `between ${sayMoment(from)} and ${end} UTC`;
}

/** `7.6%`; whole 100% and 0% only where they are exact, so that no exception is rounded away. */
export function sayShare(part: number, whole: number): string {
  if (whole <= 0) return '–';
  if (part === 0) return '0%';
  if (part === whole) return '100%';
  const percent = (100 * part) / whole;
  if (percent < 0.01) return '<0.01%';
  if (percent > 99.99 && percent < 100) return '>99.99%';
  if (percent < 1 || (percent > 99 && percent < 100)) return `${percent.toFixed(2)}%`;
  return percent < 10 || (percent > 90 && percent < 100) ? `${percent.toFixed(1)}%` : `${percent.toFixed(0)}%`;
}

/** `1 rental`, `1,912 rentals`; only nouns that take a plain s. */
export function sayNumber(count: number, noun: string): string {
  return `${sayCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  if (parts.length <= 1) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** A length of time in at most two units, zeros left out: `54 ms`, `30.2 s`, `11 min`, `3 d 4 h`. */
export function sayGap(ms: number): string {
  return sayDuration(Math.abs(ms));
}

/** The length of one bucket as a noun: `quarter hour`, `6 hours`, `day`. */
export function sayBucket(bucketMs: number): string {
  const name = BUCKET_NAMES.find(([ms]) => ms === bucketMs);
  return name === undefined ? sayGap(bucketMs) : name[1];
}

const HOUR = 60 * MINUTE_MS;
const BUCKET_NAMES: readonly (readonly [number, string])[] = [
  [15 * MINUTE_MS, 'quarter hour'],
  [30 * MINUTE_MS, 'half hour'],
  [HOUR, 'hour'],
  [2 * HOUR, '2 hours'],
  [3 * HOUR, '3 hours'],
  [6 * HOUR, '6 hours'],
  [12 * HOUR, '12 hours'],
  [DAY_MS, 'day'],
  [2 * DAY_MS, '2 days'],
  [7 * DAY_MS, 'week'],
  [14 * DAY_MS, '2 weeks'],
  [28 * DAY_MS, '4 weeks'],
  [91 * DAY_MS, '13 weeks'],
  [364 * DAY_MS, '52 weeks'],
];

/** Lengths that a bucket of a picture may have, shortest first. */
export const BUCKET_LENGTHS_MS: readonly number[] = BUCKET_NAMES.map(([ms]) => ms);

/** The sentence with amounts, days and clock times that no line break parts. */
export function unbroken(sentence: string): string {
  return sentence.replace(/\b([A-Z]{3}) (?=\d)/g, '$1\u00a0').replace(/\b(\d{1,2}) ([A-Z][a-z]{2})\b/g, '$1\u00a0$2');
}
