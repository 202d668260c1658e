import { assert } from '../../kernel/assert.ts';
import { atScale, SCALE_MAX } from '../../kernel/decimal.ts';
import { chargesWithin, type Plan, type Segment } from '../plan.ts';

/**
 * Amounts are summed exactly, in whole 10^-12 of the major unit, and rounded once, where a line of the price is
 * written.
 */
export type Fine = bigint;

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** What so many begun minutes cost without caps. */
export function uncappedTime(plan: Plan, minutes: number): Fine {
  return chargedWithin(plan.perMinute, 0, minutes);
}

/**
 * What so many begun minutes cost. Days and hours are counted from the start of the rental: each 24 hours cost at most
 * the cap of the day, and inside them each 60 minutes at most the cap of the hour. Never falls as minutes grow.
 */
export function cappedTime(plan: Plan, minutes: number, capOf: Caps): Fine {
  const { hour, day } = capOf;
  if (hour === null && day === null) return uncappedTime(plan, minutes);
  let sum = 0n;
  for (let from = 0; from < minutes; from += DAY_MINUTES) {
    const to = Math.min(from + DAY_MINUTES, minutes);
    sum += least(
      hour === null ? chargedWithin(plan.perMinute, from, to) : hoursWithin(plan.perMinute, [from, to], hour),
      day,
    );
  }
  return sum;
}

export interface Caps {
  readonly hour: Fine | null;
  readonly day: Fine | null;
}

function hoursWithin(segments: readonly Segment[], [from, to]: readonly [number, number], cap: Fine): Fine {
  let sum = 0n;
  for (let hour = from; hour < to; hour += HOUR_MINUTES) {
    sum += least(chargedWithin(segments, hour, Math.min(hour + HOUR_MINUTES, to)), cap);
  }
  return sum;
}

/** What segments charge from one unit to before another. */
export function chargedWithin(segments: readonly Segment[], from: number, to: number): Fine {
  return segments.reduce((sum, segment) => sum + chargesWithin(segment, from, to) * fineRate(segment), 0n);
}

function fineRate({ rate }: Segment): Fine {
  const fine = atScale(rate, SCALE_MAX);
  assert(fine !== null, 'a rate has at most as many decimals as a decimal may have');
  return fine;
}

function least(amount: Fine, cap: Fine | null): Fine {
  return cap !== null && cap < amount ? cap : amount;
}
