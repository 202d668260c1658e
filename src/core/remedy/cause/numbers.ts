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
  /** Share of the variance of y that the line explains, 0 to 1. */
  readonly fit: number;
}

/** Least squares, twice: the second time without the tenth that lies furthest off. Null with under 4 points or one x. */
export function lineThrough(points: readonly Point[]): Line | null {
  const first = leastSquares(points);
  if (first === null) return null;
  const offsets = points.map(({ x, y }) => Math.abs(y - first.intercept - first.slope * x));
  const limit = quantile(
    offsets.toSorted((one, other) => one - other),
    0.9,
  );
  return leastSquares(points.filter((_, index) => (offsets[index] ?? 0) <= limit)) ?? first;
}

function leastSquares(points: readonly Point[]): (Line & { readonly intercept: number }) | null {
  if (points.length < 4) return null;
  const meanX = meanOf(points.map((point) => point.x));
  const meanY = meanOf(points.map((point) => point.y));
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (xx === 0) return null;
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, fit: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}

/** Spearman's rank correlation of x and y, -1 to 1; null with under 4 points or where one of them never changes. */
export function rankCorrelation(points: readonly Point[]): number | null {
  const x = ranksOf(points.map((point) => point.x));
  const y = ranksOf(points.map((point) => point.y));
  const line = leastSquares(points.map((_, index) => ({ x: x[index] ?? 0, y: y[index] ?? 0 })));
  if (line === null) return null;
  return Math.sign(line.slope) * Math.sqrt(line.fit);
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

function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

/** How often each value occurs, the most frequent first. */
export function countsOf<T>(values: readonly T[]): readonly (readonly [value: T, count: number])[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}
