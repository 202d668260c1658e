import type { Instant } from '../../kernel/time.ts';
import type { TimeSeries } from '../population.ts';

/** How many facts of the base came before each instant: the yardstick against which findings are dense or sparse. */
export interface Base {
  readonly total: number;
  readonly from: Instant;
  readonly to: Instant;
  /** Facts of the base before the instant; within a bucket they are taken to be spread evenly. */
  readonly before: (at: Instant) => number;
}

export function baseOf(series: TimeSeries): Base {
  const sums = [0];
  let total = 0;
  for (const count of series.counts) {
    total += count;
    sums.push(total);
  }
  return {
    total,
    from: series.from,
    to: series.from + series.counts.length * series.bucketMs,
    before: (at) => {
      const place = (at - series.from) / series.bucketMs;
      if (place <= 0) return 0;
      const bucket = Math.floor(place);
      if (bucket >= series.counts.length) return total;
      return (sums[bucket] ?? 0) + (series.counts[bucket] ?? 0) * (place - bucket);
    },
  };
}

/** Where no series is known, time itself is the base: one unit a millisecond. */
export function evenBase(from: Instant, to: Instant): Base {
  const span = Math.max(1, to - from);
  return { total: span, from, to: from + span, before: (at) => Math.min(span, Math.max(0, at - from)) };
}

/** Facts of the base in whole buckets that touch the closed stretch: what "all rentals of that time" counts. */
export function countBetween(series: TimeSeries, from: Instant, to: Instant): number {
  const begin = Math.max(0, Math.floor((from - series.from) / series.bucketMs));
  const end = Math.min(series.counts.length - 1, Math.floor((to - series.from) / series.bucketMs));
  let count = 0;
  for (let bucket = begin; bucket <= end; bucket += 1) count += series.counts[bucket] ?? 0;
  return count;
}
