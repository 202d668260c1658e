import { DAY_MS, HOUR_MS, type Instant, toRfc3339 } from '../../kernel/time.ts';
import type { TimeSeries } from '../population.ts';
import { shareOf } from './numbers.ts';

/**
 * How the cases lie on the clock: only some hours of the day, or the days on which clocks are put back or forward.
 */
export interface ClockProfile {
  /** The two neighbouring hours of UTC that hold the most cases, their share, and the base's share there. */
  readonly hour: number;
  readonly share: number;
  readonly baseShare: number;
  /** Different days of UTC on which cases lie. */
  readonly days: number;
  /** Share of cases within three hours of a clock change (European Union, or United States and Canada). */
  readonly atClockChange: number;
  /** Share at night by UTC and central European clocks alike: 21:00 to 05:00 UTC. */
  readonly atNight: number;
  /** How sharply the times gather at one second of the minute and one minute of the quarter hour, 0 to 1. */
  readonly onSlots: number;
}

export function clockProfileOf(times: readonly Instant[], base: TimeSeries | null): ClockProfile {
  const hours = new Array<number>(24).fill(0);
  for (const at of times) hours[hourOf(at)] = (hours[hourOf(at)] ?? 0) + 1;
  const baseHours = base === null ? new Array<number>(24).fill(1) : hoursOf(base);
  const hour = fullestPair(hours);
  return {
    hour,
    share: pairShare(hours, hour),
    baseShare: pairShare(baseHours, hour),
    days: new Set(times.map((at) => Math.floor(at / DAY_MS))).size,
    atClockChange: shareOf(times, isNearClockChange),
    atNight: shareOf(times, (at) => hourOf(at) >= 21 || hourOf(at) < 5),
    onSlots: Math.max(...[15, 30, 60].map((minutes) => gathering(times, minutes * 60_000))),
  };
}

function hourOf(at: Instant): number {
  return Math.floor((((at % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS);
}

function hoursOf(series: TimeSeries): readonly number[] {
  const hours = new Array<number>(24).fill(0);
  for (const [index, count] of series.counts.entries()) {
    const hour = hourOf(series.from + index * series.bucketMs);
    hours[hour] = (hours[hour] ?? 0) + count;
  }
  return hours;
}

function fullestPair(hours: readonly number[]): number {
  let best = 0;
  for (let hour = 1; hour < 24; hour += 1) if (pairShare(hours, hour) > pairShare(hours, best)) best = hour;
  return best;
}

function pairShare(hours: readonly number[], hour: number): number {
  const total = hours.reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : ((hours[hour] ?? 0) + (hours[(hour + 1) % 24] ?? 0)) / total;
}

/**
 * Length of the mean vector on a clock face of the given period: 1 where all gather at one place, near 0 where
 * even.
 */
function gathering(times: readonly Instant[], periodMs: number): number {
  if (times.length < 5) return 0;
  let x = 0;
  let y = 0;
  for (const at of times) {
    const angle = (2 * Math.PI * (at % periodMs)) / periodMs;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  return Math.hypot(x, y) / times.length;
}

/**
 * Clock changes of 2007 and later: EU last Sundays of March and October at 01:00 UTC, US 2nd of March and 1st of
 * November.
 */
export function isNearClockChange(at: Instant): boolean {
  const { month, day, weekday, hour } = calendarOf(at);
  if (weekday !== 0 && !(weekday === 6 && hour >= 22)) return false;
  const sunday = weekday === 6 ? day + 1 : day;
  const european = (month === 3 || month === 10) && sunday + 7 > 31 && sunday <= 31 && (hour >= 22 || hour <= 4);
  const american =
    ((month === 3 && sunday >= 8 && sunday <= 14) || (month === 11 && sunday <= 7)) && hour >= 4 && hour <= 12;
  return european || american;
}

interface Calendar {
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
}

/** UTC calendar fields. */
export function calendarOf(at: Instant): Calendar {
  const text = toRfc3339(at);
  return {
    month: Number(text.slice(5, 7)),
    day: Number(text.slice(8, 10)),
    weekday: (((Math.floor(at / DAY_MS) + 4) % 7) + 7) % 7,
    hour: hourOf(at),
  };
}
