import { SECOND_MS } from '../../core/kernel/time.ts';

/** Pairs of which the gap lies in [from, to), on a scale of logarithms. */
export interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** A run of neighbouring bins that holds many pairs: the mark that a timer, a run or a person leaves. */
export interface Mode {
  readonly fromMs: number;
  readonly toMs: number;
  readonly medianMs: number;
  readonly count: number;
}

/** Bins of a decade, coarsest first: the first that gives enough bars is taken. */
const BINS_PER_DECADE = [6, 12, 24, 48, 96] as const;
const BINS_MIN = 24;
/** A narrower scale would blow one gap up to a wall, and has no tick. */
const DECADES_MIN = 0.9;
/** Shorter gaps cannot be told apart: exports have milliseconds at best. */
export const GAP_MS_MIN = 1;
/** A run of bins that holds less is no mode, but scatter. */
const MODE_SHARE_MIN = 0.1;
/** A bin below this part of the highest one is scatter between the modes. */
const SCATTER_SHARE_MAX = 0.1;
export const MODES_SAID_MAX = 5;
/** A mode has a middle worth naming up to this ratio of its ends. */
const NARROW_RATIO_MAX = 1.5;

/** Bins of equal width on the logarithmic scale, an empty one at least on each side. */
export function binGaps(sorted: readonly number[]): readonly Bin[] {
  const least = Math.log10(sorted[0] ?? GAP_MS_MIN);
  const most = Math.log10(sorted.at(-1) ?? GAP_MS_MIN);
  const decades = Math.max(most - least, DECADES_MIN);
  const perDecade = BINS_PER_DECADE.find((bins) => decades * bins >= BINS_MIN) ?? BINS_PER_DECADE[4];
  const binOf = (gapMs: number) => Math.floor(Math.log10(gapMs) * perDecade + 1e-9);
  const inside = binOf(sorted.at(-1) ?? GAP_MS_MIN) - binOf(sorted[0] ?? GAP_MS_MIN) + 1;
  const margin = Math.max(2, Math.ceil((DECADES_MIN * perDecade - inside) / 2));
  const first = Math.max(0, binOf(sorted[0] ?? GAP_MS_MIN) - margin);
  const counts = new Array<number>(binOf(sorted.at(-1) ?? GAP_MS_MIN) + margin - first + 1).fill(0);
  for (const gap of sorted) {
    const index = binOf(gap) - first;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const edgeOf = (bin: number) => 10 ** (bin / perDecade);
  return counts.map((count, index) => ({ fromMs: edgeOf(first + index), toMs: edgeOf(first + index + 1), count }));
}

/** Runs of neighbouring bins that stand above the scatter, from the shortest gap to the longest. */
export function findModes(sorted: readonly number[], bins: readonly Bin[]): readonly Mode[] {
  const highest = bins.reduce((most, { count }) => Math.max(most, count), 0);
  const modes: Mode[] = [];
  let seen = 0;
  let begin = 0;
  for (const [index, bin] of bins.entries()) {
    if (!stands(bin, highest)) begin = seen + bin.count;
    seen += bin.count;
    const next = bins[index + 1];
    if (!stands(bin, highest) || (next !== undefined && stands(next, highest))) continue;
    const part = sorted.slice(begin, seen);
    modes.push({ fromMs: part[0] ?? 0, toMs: part.at(-1) ?? 0, medianMs: medianOf(part), count: part.length });
  }
  return modes.filter(({ count }) => count >= sorted.length * MODE_SHARE_MIN);
}

function stands({ count }: Bin, highest: number): boolean {
  return count > 0 && count >= highest * SCATTER_SHARE_MAX;
}

/** The lower middle of gaps in rising order; 0 where there is none. */
export function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** So little scatter as a clock leaves: an answer's delay of two seconds, or a twentieth of the gap. */
export function isTight({ fromMs, toMs }: Mode): boolean {
  return toMs - fromMs <= Math.max(2 * SECOND_MS, fromMs / 20);
}

/** Whether the mode has a middle worth naming. */
export function isNarrow({ fromMs, toMs }: Mode): boolean {
  return toMs <= fromMs * NARROW_RATIO_MAX;
}
