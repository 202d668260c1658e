import type { EChartsOption } from 'echarts';
import { DAY_MS, HOUR_MS, type Instant, type Window } from '../../core/kernel/time.ts';
import type { TimeSeries } from '../../core/remedy/population.ts';
import { type Canvas, counted } from './picture.ts';
import { sayBucket, sayClock, sayDay, sayDayOfMonth } from './words.ts';
import type { Marked } from './wrong.ts';

/** The base over time and what stands out of it, cut into the same buckets. */
export interface Series {
  readonly bucketMs: number;
  readonly from: Instant;
  readonly base: readonly number[];
  readonly marked: readonly number[];
}

export interface Subject {
  readonly id: string;
  readonly heading: string;
  readonly population: TimeSeries;
  readonly moments: readonly Instant[];
  readonly band: Window | null;
  readonly marked: Marked;
  /** What is counted: `charges made`, `rentals ended`. */
  readonly baseNoun: string;
  readonly markedNoun: string;
  /** What happened at the moments, as in `were made`. */
  readonly verb: string;
}

/** A share of fewer is chance; the same bound as in the heat map. */
export const BASE_COUNT_MIN = 20;

export interface Drawing {
  readonly subject: Subject;
  readonly series: Series;
  readonly canvas: Canvas;
  readonly split: boolean;
  readonly stretch: Window;
}

const LEFT = 46;
const RIGHT = 10;

/** Counts above, share below, on one time axis; two panels of counts where one scale would hide one of them. */
export function drawTimeChart(drawing: Drawing): EChartsOption {
  const { series, canvas, split, subject } = drawing;
  const { amongCharges } = subject.marked;
  const rest = series.base.map((count, index) =>
    amongCharges ? Math.max(0, count - (series.marked[index] ?? 0)) : count,
  );
  const bucket = sayBucket(series.bucketMs);
  const panels = [
    ...(split
      ? [
          { title: `${amongCharges ? 'other ' : ''}${subject.baseNoun}s per ${bucket}`, parts: 3 },
          { title: `${subject.markedNoun}s per ${bucket}`, parts: 3 },
        ]
      : [{ title: `${subject.baseNoun}s per ${bucket}`, parts: 5 }]),
    // What comes on top of the charges is no share of them.
    ...(amongCharges ? [{ title: `share of ${subject.markedNoun}s`, parts: 2 }] : []),
  ];
  const grids = layOut(
    panels.map(({ parts }) => parts),
    canvas.height,
  );
  const last = grids.length - 1;
  return {
    title: grids.map((grid, index) => ({
      text: panels[index]?.title ?? '',
      left: 0,
      top: grid.top - TITLE_HEIGHT,
      padding: 0,
      textStyle: { color: 'var(--soft)', fontSize: 12, fontWeight: 'normal', fontFamily: 'inherit' },
    })),
    grid: grids.map((grid) => ({ ...grid, left: LEFT, right: RIGHT, outerBoundsMode: 'none' })),
    xAxis: grids.map((_, index) => timeAxis(drawing, index, index === last)),
    yAxis: grids.map((_, index) => (amongCharges && index === last ? shareAxis(index) : countAxis(index))),
    series: [
      bars({ drawing, counts: rest, colour: 'var(--base)', panel: 0, banded: true }),
      bars({ drawing, counts: series.marked, colour: 'var(--wrong)', panel: split ? 1 : 0, banded: split }),
      ...(amongCharges ? [shareLine(drawing, last)] : []),
    ],
  };
}

/** A panel's title stands on a line of its own, clear of the panel above. */
const TITLE_HEIGHT = 26;
const PANEL_GAP = 14;
const TIME_AXIS_HEIGHT = 40;

/** Panels one under another, heights in the given parts. */
function layOut(
  parts: readonly number[],
  height: number,
): readonly { readonly top: number; readonly height: number }[] {
  const room = height - TIME_AXIS_HEIGHT - parts.length * TITLE_HEIGHT - (parts.length - 1) * PANEL_GAP;
  const whole = parts.reduce((sum, part) => sum + part, 0);
  let next = 0;
  return parts.map((part) => {
    const grid = { top: Math.round(next + TITLE_HEIGHT), height: Math.round((room * part) / whole) };
    next = grid.top + grid.height + PANEL_GAP;
    return grid;
  });
}

function timeAxis({ series, canvas }: Drawing, gridIndex: number, labelled: boolean) {
  const { from, bucketMs, base } = series;
  const to = from + base.length * bucketMs;
  const ticks = chooseTicks({ from, to }, canvas.narrow ? 5 : 11);
  return {
    type: 'value' as const,
    gridIndex,
    min: from,
    max: to,
    splitLine: { show: false },
    axisLine: { onZero: false, lineStyle: { color: 'var(--rule-strong)' } },
    axisTick: { show: labelled, customValues: ticks.map(({ at }) => at), lineStyle: { color: 'var(--rule-strong)' } },
    axisLabel: {
      show: labelled,
      customValues: ticks.map(({ at }) => at),
      color: 'var(--soft)',
      lineHeight: 15,
      fontSize: 12,
      formatter: (value: number) => ticks.find(({ at }) => at === value)?.label ?? '',
    },
  };
}

const TICK_STEPS_MS = [
  HOUR_MS / 4,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  4 * DAY_MS,
  7 * DAY_MS,
];

/** Whole hours or days; the year stands under the first tick and under each in which it changes. */
function chooseTicks(window: Window, ticksMax: number): readonly { readonly at: Instant; readonly label: string }[] {
  const length = window.to - window.from;
  const stepMs =
    TICK_STEPS_MS.find((step) => length / step <= ticksMax) ?? Math.ceil(length / ticksMax / (7 * DAY_MS)) * 7 * DAY_MS;
  const first = Math.ceil(window.from / stepMs) * stepMs;
  const ticks: { at: Instant; label: string }[] = [];
  let before = '';
  // A tick at the very edge would push its label out of the picture.
  const margin = length / 40;
  for (let at = first; at <= window.to - margin; at += stepMs) {
    if (at < window.from + margin) continue;
    const above = stepMs < DAY_MS ? sayClock(at) : sayDayOfMonth(at);
    const below = stepMs < DAY_MS ? sayDayOfMonth(at) : sayDay(at).slice(-4);
    ticks.push({ at, label: below === before ? above : `${above}\n${below}` });
    before = below;
  }
  return ticks;
}

const AXIS_LOOK = {
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: 'var(--rule)' } },
};

function countAxis(gridIndex: number) {
  return {
    ...AXIS_LOOK,
    type: 'value' as const,
    gridIndex,
    minInterval: 1,
    splitNumber: 3,
    axisLabel: { color: 'var(--soft)', fontSize: 12, formatter: (value: number) => counted(value) },
  };
}

function shareAxis(gridIndex: number) {
  return {
    ...AXIS_LOOK,
    type: 'value' as const,
    gridIndex,
    min: 0,
    splitNumber: 2,
    axisLabel: {
      color: 'var(--soft)',
      fontSize: 12,
      formatter: (value: number) => `${Number((value * 100).toPrecision(3))}%`,
    },
  };
}

interface Bars {
  readonly drawing: Drawing;
  readonly counts: readonly number[];
  readonly colour: string;
  readonly panel: number;
  readonly banded: boolean;
}

function bars({ drawing, counts, colour, panel, banded }: Bars) {
  const { series, canvas, subject } = drawing;
  const slot = (canvas.width - LEFT - RIGHT) / counts.length;
  return {
    type: 'bar' as const,
    xAxisIndex: panel,
    yAxisIndex: panel,
    stack: `panel${panel}`,
    silent: true,
    barWidth: Math.round(100 * Math.max(1, Math.min(slot * 0.8, slot - 0.6))) / 100,
    itemStyle: { color: colour },
    data: counts
      .map((count, index) => [series.from + (index + 0.5) * series.bucketMs, count])
      // Both series lose the same buckets: the chart stacks them by their place in the list, not by their time.
      .filter((_, index) => series.base[index] !== 0 || series.marked[index] !== 0),
    ...(banded && subject.band !== null ? { markArea: bandOver(subject.band, drawing) } : {}),
  };
}

/** The window exactly, but never thinner than can be seen. */
function bandOver(band: Window, { series, canvas }: Drawing) {
  const perPixel = (series.base.length * series.bucketMs) / (canvas.width - LEFT - RIGHT);
  const missing = Math.max(0, 3 * perPixel - (band.to - band.from)) / 2;
  return {
    silent: true,
    itemStyle: { color: 'var(--band)', borderColor: 'var(--band-edge)', borderWidth: 1 },
    data: [[{ xAxis: band.from - missing }, { xAxis: band.to + missing }]] as [{ xAxis: number }, { xAxis: number }][],
  };
}

/** A line of steps, each over as many buckets as it takes to say a share of something. */
function shareLine({ series, subject }: Drawing, panel: number) {
  const points = stepsOf(series, subject.band).flatMap(({ from, to, base, marked }) => {
    const share = base === 0 ? 0 : Math.min(1, marked / base);
    return [
      [from, share],
      [to, share],
    ];
  });
  return {
    type: 'line' as const,
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    showSymbol: false,
    lineStyle: { color: 'var(--ink)', width: 1.25 },
    data: points,
  };
}

interface Step {
  readonly from: Instant;
  readonly to: Instant;
  readonly base: number;
  readonly marked: number;
  readonly inBand: boolean;
}

/**
 * Neighbouring buckets together until they hold `BASE_COUNT_MIN`, never across an end of the window: a night of few
 * charges must neither look like the end of an incident nor a single charge like a share of everything.
 */
function stepsOf(series: Series, band: Window | null): readonly Step[] {
  const steps: Step[] = [];
  for (const [index, base] of series.base.entries()) {
    const from = series.from + index * series.bucketMs;
    const to = from + series.bucketMs;
    const inBand = band !== null && from <= band.to && to > band.from;
    const next = { from, to, base, marked: series.marked[index] ?? 0, inBand };
    const last = steps.at(-1);
    if (last === undefined || last.inBand !== inBand || last.base >= BASE_COUNT_MIN) steps.push(next);
    else steps[steps.length - 1] = joinSteps(last, next);
  }
  return steps;
}

function joinSteps(one: Step, next: Step): Step {
  return { ...one, to: next.to, base: one.base + next.base, marked: one.marked + next.marked };
}
