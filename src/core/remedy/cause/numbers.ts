/** Small statistics over plain numbers: shares, quantiles, a robust line, rank correlation. Nothing here is money. */

/** The value below which the share of the ascending list lies; 0 for an empty list. */
export function quantile(ascending: readonly number[], share: number): number {
  if (ascending.length === 0) return 0;
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.round(share * (ascending.length - 1))))] ?? 0;
}

/** 0 up to `low`, 1 from `high`, a straight line between; `low` above `high` makes it fall. */
export function ramp(value: number, low: number, high: number): number {
  const place = (value - low) / (high - low);
  return Math.min(1, Math.max(0, place));
}

export function shareOf<T>(items: readonly T[], test: (item: T) => boolean): number {
  if (items.length === 0) return 0;
  let hits = 0;
  for (const item of items) if (test(item)) hits += 1;
  return hits / items.length;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly slope: number;
  /** How much of the spread of y the line explains, 0 to 1. */
  readonly fit: number;
}

/**
 * Theil and Sen's line over the pairs that lie half the list apart: up to a quarter of the points may be anything.
 * Null with under 4 points or where x hardly changes.
 */
export function lineThrough(points: readonly Point[]): Line | null {
  if (points.length < 4) return null;
  const sorted = points.toSorted((one, other) => one.x - other.x);
  const half = Math.floor(sorted.length / 2);
  const slopes = sorted.slice(0, sorted.length - half).flatMap((one, index) => {
    const other = sorted[index + half];
    return other === undefined || other.x === one.x ? [] : [(other.y - one.y) / (other.x - one.x)];
  });
  if (slopes.length < 2) return null;
  const slope = quantile(ascending(slopes), 0.5);
  const spread = deviationOf(points.map(({ y }) => y));
  const rest = deviationOf(points.map(({ x, y }) => y - slope * x));
  return { slope, fit: spread === 0 ? (rest === 0 ? 1 : 0) : Math.max(0, 1 - (rest / spread) ** 2) };
}

/** Median distance from the median. */
function deviationOf(values: readonly number[]): number {
  const median = quantile(ascending(values), 0.5);
  return quantile(ascending(values.map((value) => Math.abs(value - median))), 0.5);
}

export function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((one, other) => one - other);
}

/** Spearman's rank correlation of x and y, -1 to 1; null with under 4 points or where one of them never changes. */
export function rankCorrelation(points: readonly Point[]): number | null {
  if (points.length < 4) return null;
  const x = ranksOf(points.map((point) => point.x));
  const y = ranksOf(points.map((point) => point.y));
  const middle = (points.length - 1) / 2;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [index, rank] of x.entries()) {
    const other = y[index] ?? 0;
    xx += (rank - middle) ** 2;
    xy += (rank - middle) * (other - middle);
    yy += (other - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let place = start; place <= end; place += 1) ranks[order[place] ?? 0] = (start + end) / 2;
    start = end + 1;
  }
  return ranks;
}

/** How often each value occurs, the most frequent first. */
export function countsOf<T>(values: readonly T[]): readonly (readonly [value: T, count: number])[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

/** A share of this many cases is right to 0.7 of a hundredth (one deviation); columns of text are not read for more. */
export const CASES_MEASURED_MAX = 5000;

/** The list, or evenly every so manieth of it where it is longer than `most`. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = items.length / most;
  return Array.from({ length: most }, (_, place) => items[Math.floor(place * step)]).filter(
    (item) => item !== undefined,
  );
}
