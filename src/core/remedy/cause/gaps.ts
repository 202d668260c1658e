import { MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import type { Case } from './case.ts';
import { lineThrough, quantile, rankCorrelation, shareOf } from './numbers.ts';

/** How the time from the first leg to the second is spread. All lengths in milliseconds. */
export interface GapProfile {
  readonly count: number;
  /** Ascending. */
  readonly gaps: readonly number[];
  readonly p05: number;
  readonly median: number;
  readonly p95: number;
  /** (p90 - p10) / median: 0 for a constant lag. */
  readonly variation: number;
  /** Narrow heaps, the largest first, and the share of all gaps that lie in them. */
  readonly modes: readonly Mode[];
  readonly modesShare: number;
  /**
   * Change of the gap per unit of service date: -1 where all was charged again at one moment, 0 for a constant
   * lag.
   */
  readonly slope: number | null;
  readonly slopeFit: number;
  /** Whether second legs came in the order of the first: 1 for a list processed again from top to bottom. */
  readonly orderKept: number | null;
}

export interface Mode {
  readonly centreMs: number;
  readonly share: number;
}

/**
 * A heap is narrow if its upper edge lies at most this factor above its lower (timeouts and leases have some
 * jitter).
 */
const MODE_WIDTH = 1.15;
const MODE_WIDTH_MS_MIN = 60;
const MODES_MAX = 4;
const MODE_SHARE_MIN = 0.14;

export function gapProfileOf(cases: readonly Case[]): GapProfile | null {
  const gaps = cases.flatMap((each) => (each.gapMs === null ? [] : [each.gapMs])).sort((one, other) => one - other);
  if (gaps.length === 0) return null;
  const median = quantile(gaps, 0.5);
  const modes = modesOf(gaps);
  const line = lineThrough(servicePoints(cases));
  return {
    count: gaps.length,
    gaps,
    p05: quantile(gaps, 0.05),
    median,
    p95: quantile(gaps, 0.95),
    variation: median === 0 ? 0 : (quantile(gaps, 0.9) - quantile(gaps, 0.1)) / median,
    modes,
    modesShare: modes.reduce((sum, mode) => sum + mode.share, 0),
    slope: line?.slope ?? null,
    slopeFit: line?.fit ?? 0,
    orderKept: orderKeptBy(cases),
  };
}

/** Share of gaps within the closed stretch. */
export function shareWithin(profile: GapProfile, leastMs: number, mostMs: number): number {
  return shareOf(profile.gaps, (gap) => gap >= leastMs && gap <= mostMs);
}

/**
 * The time of service stands for the first leg where there is no rental; both fall by one day per day in a re-run.
 */
function servicePoints(cases: readonly Case[]): readonly { readonly x: number; readonly y: number }[] {
  return cases.flatMap((each) =>
    each.gapMs === null || each.first === null ? [] : [{ x: each.endedAt ?? each.first.at, y: each.gapMs }],
  );
}

function orderKeptBy(cases: readonly Case[]): number | null {
  return rankCorrelation(
    cases.flatMap((each) =>
      each.first === null || each.second === null ? [] : [{ x: each.first.at, y: each.second.at }],
    ),
  );
}

/** The fullest narrow heap, then the fullest of the rest, and so on. */
function modesOf(gaps: readonly number[]): readonly Mode[] {
  const modes: Mode[] = [];
  let rest = gaps;
  while (modes.length < MODES_MAX && rest.length > 0) {
    const { from, to } = fullestHeap(rest);
    const share = (to - from + 1) / gaps.length;
    if (share < MODE_SHARE_MIN || to - from < 3) break;
    modes.push({ centreMs: rest[Math.floor((from + to) / 2)] ?? 0, share });
    rest = [...rest.slice(0, from), ...rest.slice(to + 1)];
  }
  return modes;
}

function fullestHeap(gaps: readonly number[]): { readonly from: number; readonly to: number } {
  let best = { from: 0, to: 0 };
  let from = 0;
  for (let to = 0; to < gaps.length; to += 1) {
    while (isWider(gaps[from] ?? 0, gaps[to] ?? 0)) from += 1;
    if (to - from > best.to - best.from) best = { from, to };
  }
  return best;
}

function isWider(least: number, most: number): boolean {
  return most > Math.max(least * MODE_WIDTH, least + MODE_WIDTH_MS_MIN);
}

/** Round lengths that people configure as timeouts, leases and visibility: a gap just above one is no accident. */
const CONFIGURED_MS: readonly number[] = [
  1, 2, 3, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600, 7200, 10_800,
  14_400, 21_600, 43_200, 86_400,
].map((seconds) => seconds * SECOND_MS);

/** The configured length of which this is at most a tenth more (a poll interval, a queue), or null. */
export function configuredLength(ms: number): number | null {
  const under = CONFIGURED_MS.filter((length) => length <= ms * 1.005).at(-1);
  return under !== undefined && ms <= under * 1.1 + SECOND_MS && ms < 2 * 1440 * MINUTE_MS ? under : null;
}
