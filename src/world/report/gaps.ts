import type { EChartsOption } from 'echarts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/time.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { type Canvas, counted, type Picture } from './picture.ts';
import { listed, sayGap, sayNumber, sayShare } from './words.ts';
import { gapOf, markFindings } from './wrong.ts';

/** Pairs of which the gap lies in [from, to), on a scale of logarithms. */
interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** A run of neighbouring bins that holds many pairs: the mark that a timer, a run or a person leaves. */
interface Mode {
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
const GAP_MS_MIN = 1;
/** A run of bins that holds less is no mode, but scatter. */
const MODE_SHARE_MIN = 0.1;
/** A bin below this part of the highest one is scatter between the modes. */
const SCATTER_SHARE_MAX = 0.1;
const MODES_SAID_MAX = 5;
/** A mode has a middle worth naming up to this ratio of its ends. */
const NARROW_RATIO_MAX = 1.5;

/** The time between the right charge and the wrong one, on a logarithmic scale; null where there is no pair. */
export function drawGaps(scan: Scan): Picture | null {
  const marked = markFindings(scan.verdicts.findings);
  const gaps = marked.findings
    .map(gapOf)
    .filter((gap) => gap !== null)
    .map((gap) => Math.max(GAP_MS_MIN, gap))
    .sort((one, other) => one - other);
  if (gaps.length === 0) return null;
  const bins = binGaps(gaps);
  const modes = findModes(gaps, bins);
  return {
    id: 'gaps',
    heading: 'Time from the right charge to the wrong one',
    says: [say(gaps, modes)],
    legend: [],
    heightWide: 250,
    heightNarrow: 250,
    draw: (canvas) => option({ bins, modes, medianMs: medianOf(gaps), canvas }),
    table: {
      columns: [
        { name: 'gap from', numeric: true },
        { name: 'to', numeric: true },
        { name: 'pairs', numeric: true },
        { name: 'share', numeric: true },
      ],
      rows: bins
        .filter(({ count }) => count > 0)
        .map(({ fromMs, toMs, count }) => [sayGap(fromMs), sayGap(toMs), counted(count), sayShare(count, gaps.length)]),
      more: null,
    },
  };
}

/** Bins of equal width on the logarithmic scale, an empty one at least on each side. */
function binGaps(sorted: readonly number[]): readonly Bin[] {
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
function findModes(sorted: readonly number[], bins: readonly Bin[]): readonly Mode[] {
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

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function say(gaps: readonly number[], modes: readonly Mode[]): string {
  const least = gaps[0] ?? 0;
  const most = gaps.at(-1) ?? 0;
  if (gaps.length === 1) return `The one pair lies ${sayGap(least)} apart.`;
  const range =
    sayGap(least) === sayGap(most)
      ? `All ${counted(gaps.length)} pairs lie ${sayGap(least)} apart.`
      : `${sayNumber(gaps.length, 'pair')}, from ${sayGap(least)} to ${sayGap(most)} apart; half of them within ${sayGap(medianOf(gaps))}.`;
  return [range, sayModes(gaps, modes), interpret(gaps, modes)].filter((sentence) => sentence !== '').join(' ');
}

function sayModes(gaps: readonly number[], modes: readonly Mode[]): string {
  const [first] = modes;
  if (first === undefined) return 'They scatter without a peak.';
  if (modes.length === 1 && (first.count === gaps.length || !isNarrow(first))) return '';
  const peaks = modes
    .slice(0, MODES_SAID_MAX)
    .map(({ medianMs, count }) => `${sayGap(medianMs)} (${sayShare(count, gaps.length)})`);
  const all = modes.length > MODES_SAID_MAX ? `among others ` : '';
  return modes.length === 1
    ? `They gather around ${listed(peaks)}.`
    : `They gather in ${modes.length} places, ${all}around ${listed(peaks)}.`;
}

/** What such a shape usually means; the cause itself is judged on all evidence, further down. */
function interpret(gaps: readonly number[], modes: readonly Mode[]): string {
  const [first] = [...modes].sort((one, other) => other.count - one.count);
  const most = gaps.at(-1) ?? 0;
  const enough = gaps.length >= 5;
  if (!enough || first === undefined) return '';
  if (isTight(first) && first.count >= gaps.length / 2) {
    return 'So narrow a peak is usually a timer: a time-out, a retry, or a second run at a fixed lag.';
  }
  if (medianOf(gaps) >= 12 * HOUR_MS)
    return 'Gaps of days are usually a second run, a backfill or a person, not a retry.';
  if (most <= 15 * SECOND_MS)
    return 'Gaps of seconds are usually a double tap, two workers at once, or a repeated message.';
  return '';
}

type TickText = readonly [ms: number, label: string];

const TICKS: readonly TickText[] = [
  [1, '1 ms'],
  [10, '10 ms'],
  [100, '0.1 s'],
  [SECOND_MS, '1 s'],
  [10 * SECOND_MS, '10 s'],
  [MINUTE_MS, '1 min'],
  [10 * MINUTE_MS, '10 min'],
  [HOUR_MS, '1 h'],
  [6 * HOUR_MS, '6 h'],
  [DAY_MS, '1 d'],
  [7 * DAY_MS, '7 d'],
  [30 * DAY_MS, '30 d'],
  [365 * DAY_MS, '1 year'],
  [10 * 365 * DAY_MS, '10 years'],
];

/** Drawn where there is room between the others. */
const TICKS_BETWEEN: readonly TickText[] = [
  [2, '2 ms'],
  [5, '5 ms'],
  [20, '20 ms'],
  [50, '50 ms'],
  [200, '0.2 s'],
  [500, '0.5 s'],
  [30 * SECOND_MS, '30 s'],
  [2 * SECOND_MS, '2 s'],
  [5 * SECOND_MS, '5 s'],
  [20 * SECOND_MS, '20 s'],
  [30 * MINUTE_MS, '30 min'],
  [2 * MINUTE_MS, '2 min'],
  [5 * MINUTE_MS, '5 min'],
  [20 * MINUTE_MS, '20 min'],
  [12 * HOUR_MS, '12 h'],
  [2 * HOUR_MS, '2 h'],
  [3 * HOUR_MS, '3 h'],
  [2 * DAY_MS, '2 d'],
  [4 * DAY_MS, '4 d'],
  [3 * DAY_MS, '3 d'],
  [5 * DAY_MS, '5 d'],
  [14 * DAY_MS, '14 d'],
  [90 * DAY_MS, '90 d'],
  [180 * DAY_MS, '180 d'],
  [2 * 365 * DAY_MS, '2 years'],
  [5 * 365 * DAY_MS, '5 years'],
];

interface Drawing {
  readonly bins: readonly Bin[];
  readonly modes: readonly Mode[];
  readonly medianMs: number;
  readonly canvas: Canvas;
}

const LEFT = 46;
const RIGHT = 14;

function option(drawing: Drawing): EChartsOption {
  const { bins, modes, canvas } = drawing;
  const from = Math.log10(bins[0]?.fromMs ?? 1);
  const to = Math.log10(bins.at(-1)?.toMs ?? 10);
  const ticks = chooseTicks({ from, to, apartMin: TICKS_APART_PX * ((to - from) / (canvas.width - LEFT - RIGHT)) });
  const slot = (canvas.width - LEFT - RIGHT) / bins.length;
  return {
    title: {
      text: 'pairs',
      left: 0,
      top: 0,
      padding: 0,
      textStyle: { color: 'var(--soft)', fontSize: 12, fontWeight: 'normal', fontFamily: 'inherit' },
    },
    grid: { left: LEFT, right: RIGHT, top: 34, bottom: 44, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: from,
      max: to,
      name: 'gap, logarithmic',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: 'var(--soft)', fontSize: 12 },
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: 'var(--rule-strong)' } },
      axisTick: { show: true, customValues: ticks.map(({ at }) => at), lineStyle: { color: 'var(--rule-strong)' } },
      axisLabel: {
        customValues: ticks.map(({ at }) => at),
        color: 'var(--soft)',
        fontSize: 12,
        formatter: (value: number) => ticks.find(({ at }) => Math.abs(at - value) < 1e-6)?.label ?? '',
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: 'var(--rule)' } },
      axisLabel: { color: 'var(--soft)', fontSize: 12, formatter: (value: number) => counted(value) },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: Math.round(100 * Math.max(1.5, slot * 0.86)) / 100,
        itemStyle: { color: 'var(--wrong)' },
        data: bins.map((bin) => ({
          value: [(Math.log10(bin.fromMs) + Math.log10(bin.toMs)) / 2, bin.count],
          label: labelOf(bin, { bins, modes }),
        })),
        ...medianLine(drawing),
      },
    ],
  };
}

/** The highest bar of a narrow mode bears the mode's middle. */
function labelOf(bin: Bin, { bins, modes }: Pick<Drawing, 'bins' | 'modes'>) {
  const mode = modes.slice(0, MODES_SAID_MAX).find((one) => isNarrow(one) && touches(bin, one));
  const highest =
    mode === undefined
      ? undefined
      : bins.filter((one) => touches(one, mode)).reduce((most, one) => (one.count > most.count ? one : most), bin);
  return {
    show: mode !== undefined && highest === bin,
    position: 'top' as const,
    color: 'var(--ink)',
    fontSize: 12,
    formatter: () => (mode === undefined ? '' : sayGap(mode.medianMs)),
  };
}

function touches(bin: Bin, mode: Mode): boolean {
  return bin.toMs > mode.fromMs && bin.fromMs <= mode.toMs && bin.count > 0;
}

/** So little scatter as a clock leaves: an answer's delay of two seconds, or a twentieth of the gap. */
function isTight({ fromMs, toMs }: Mode): boolean {
  return toMs - fromMs <= Math.max(2 * SECOND_MS, fromMs / 20);
}

function isNarrow({ fromMs, toMs }: Mode): boolean {
  return toMs <= fromMs * NARROW_RATIO_MAX;
}

/** Where no peak bears its own label, a line through the middle of all pairs. */
function medianLine({ modes, medianMs }: Drawing) {
  if (modes.some(isNarrow)) return {};
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: 'var(--ink)', type: 'dashed' as const, width: 1 },
      label: {
        formatter: () => `median ${sayGap(medianMs)}`,
        color: 'var(--ink)',
        fontSize: 12,
        position: 'end' as const,
        distance: 4,
      },
      data: [{ xAxis: Math.log10(medianMs) }],
    },
  };
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Ticks that do not touch one another, the important ones placed first. */
function chooseTicks(axis: { readonly from: number; readonly to: number; readonly apartMin: number }): readonly Tick[] {
  const kept: Tick[] = [];
  for (const [ms, label] of [...TICKS, ...TICKS_BETWEEN]) {
    const at = Math.log10(ms);
    // At the very edge a label would be cut.
    const inside = at >= axis.from + axis.apartMin / 3 && at <= axis.to - axis.apartMin / 3;
    if (inside && kept.every((tick) => Math.abs(tick.at - at) >= axis.apartMin)) kept.push({ at, label });
  }
  return kept.sort((one, other) => one.at - other.at);
}

const TICKS_APART_PX = 52;
