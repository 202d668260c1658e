import type { EChartsOption } from 'echarts';
import { DAY_MS, HOUR_MS, type Instant, type Window } from '../../core/kernel/time.ts';
import type { TimeSeries } from '../../core/remedy/population.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { type Canvas, counted, type Picture } from './picture.ts';
import {
  BUCKET_LENGTHS_MS,
  sayBucket,
  sayClock,
  sayDay,
  sayDayOfMonth,
  sayMoment,
  sayNumber,
  sayShare,
  sayWithin,
} from './words.ts';
import { type Marked, markFindings, momentOf } from './wrong.ts';

/** The base over time and what stands out of it, cut into the same buckets. */
interface Series {
  readonly bucketMs: number;
  readonly from: Instant;
  readonly base: readonly number[];
  readonly marked: readonly number[];
}

interface Subject {
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

/** More bars than this are thinner than a line at the page's width. */
const BARS_WIDE_MAX = 180;
const BARS_NARROW_MAX = 56;
/** A share of fewer is chance; the same bound as in the heat map. */
const BASE_COUNT_MIN = 20;
/** Only a history that is longer than this many times the window and its surroundings is cut down to them. */
const WHOLE_TIMES_MIN = 2.5;
/** When rentals and wrong charges are further apart than this they are two stories and get a picture each. */
const APART_MS_MIN = 6 * HOUR_MS;

/** The wrong charges over time, and where these came much later than the rentals, the rentals over time as well. */
export function drawTimelines(scan: Scan): readonly Picture[] {
  const marked = markFindings(scan.verdicts.findings);
  if (marked.findings.length === 0) return [];
  const subjects = [subjectRentals(scan, marked), subjectCharges(scan, marked)];
  return subjects.filter((subject) => subject !== null).map(drawTimeline);
}

function subjectCharges(scan: Scan, marked: Marked): Subject | null {
  const moments = marked.findings.map(momentOf).filter((moment) => moment !== null);
  const population = scan.population.charged;
  if (population === null || moments.length === 0) return null;
  const { incident } = scan.diagnosis;
  return {
    id: 'charged',
    heading: marked.amongCharges ? 'When the wrong charges were made' : 'When it was booked twice',
    population,
    moments,
    band: incident === null ? null : { from: incident.chargedFrom, to: incident.chargedTo },
    marked,
    baseNoun: 'charge',
    markedNoun: marked.noun,
    verb: 'made',
  };
}

function subjectRentals(scan: Scan, marked: Marked): Subject | null {
  const population = scan.population.ended;
  const { incident } = scan.diagnosis;
  if (population === null || incident === null || incident.from === null || incident.to === null) return null;
  if (incident.chargedTo - incident.to < APART_MS_MIN) return null;
  const rentals = new Map(
    marked.findings.map(({ evidence }) => [evidence.rental?.rentalId, evidence.rental?.endedAt] as const),
  );
  const moments = [...rentals.values()].filter((moment) => moment !== undefined);
  if (moments.length === 0) return null;
  return {
    id: 'ended',
    heading: 'Which rentals were affected',
    population,
    moments,
    band: { from: incident.from, to: incident.to },
    marked,
    baseNoun: 'rental',
    markedNoun: 'affected rental',
    verb: 'ended',
  };
}

function drawTimeline(subject: Subject): Picture {
  const stretch = chooseStretch(subject);
  const wide = bucketise(subject, stretch, BARS_WIDE_MAX);
  const narrow = bucketise(subject, stretch, BARS_NARROW_MAX);
  const split = needsTwoPanels(wide, subject.marked.amongCharges);
  return {
    id: subject.id,
    heading: subject.heading,
    says: [say(subject, stretch)],
    legend: [
      { look: 'base', name: subject.marked.amongCharges ? `other ${subject.baseNoun}s` : `${subject.baseNoun}s` },
      { look: 'wrong', name: `${subject.markedNoun}s` },
      ...(subject.band === null ? [] : [{ look: 'band', name: 'incident window' }]),
      ...(subject.marked.amongCharges
        ? [{ look: 'line', name: `share, in steps of ${BASE_COUNT_MIN} ${subject.baseNoun}s or more` }]
        : []),
    ],
    heightWide: split ? 430 : 340,
    heightNarrow: split ? 430 : 360,
    draw: (canvas) => option({ subject, series: canvas.narrow ? narrow : wide, canvas, split, stretch }),
    table: tabulate(subject, wide),
  };
}

/** The window with as much again on both sides, a day at least; the whole history where that is not much more. */
function chooseStretch({ population, band, moments }: Subject): Window {
  const whole = { from: population.from, to: population.from + population.counts.length * population.bucketMs };
  const core = band ?? {
    from: moments.reduce((one, other) => Math.min(one, other)),
    to: moments.reduce((one, other) => Math.max(one, other)),
  };
  const margin = Math.max(DAY_MS, core.to - core.from);
  const part = { from: Math.max(whole.from, core.from - margin), to: Math.min(whole.to, core.to + margin) };
  return (part.to - part.from) * WHOLE_TIMES_MIN >= whole.to - whole.from ? whole : part;
}

function bucketise({ population, moments }: Subject, stretch: Window, barsMax: number): Series {
  const length = stretch.to - stretch.from;
  const bucketMs =
    BUCKET_LENGTHS_MS.find((ms) => length / ms <= barsMax) ?? Math.ceil(length / barsMax / DAY_MS) * DAY_MS;
  // Weeks begin on Monday; 1 January 1970 was a Thursday.
  const origin = bucketMs >= 7 * DAY_MS ? -3 * DAY_MS : 0;
  const from = origin + Math.floor((stretch.from - origin) / bucketMs) * bucketMs;
  const count = Math.max(1, Math.ceil((stretch.to - from) / bucketMs));
  const base = new Array<number>(count).fill(0);
  for (const [index, amount] of population.counts.entries()) {
    countInto(base, Math.floor((population.from + index * population.bucketMs - from) / bucketMs), amount);
  }
  const marked = new Array<number>(count).fill(0);
  for (const moment of moments) countInto(marked, Math.floor((moment - from) / bucketMs), 1);
  return { bucketMs, from, base, marked };
}

function countInto(counts: number[], index: number, amount: number): void {
  const before = counts[index];
  if (before !== undefined) counts[index] = before + amount;
}

/** One scale would make one of the two invisible, or what is marked is no part of the base. */
function needsTwoPanels({ base, marked }: Series, amongCharges: boolean): boolean {
  if (!amongCharges) return true;
  const baseMax = base.reduce((max, count, index) => Math.max(max, count - (marked[index] ?? 0)), 0);
  const markedMax = marked.reduce((max, count) => Math.max(max, count), 0);
  return markedMax > 8 * baseMax || markedMax * 25 < baseMax;
}

function say(subject: Subject, stretch: Window): string {
  const { population, moments, band } = subject;
  const whole = { from: population.from, to: population.from + population.counts.length * population.bucketMs };
  const sentences = [band === null ? sayScattered(subject) : sayInBand(subject, band)];
  if (stretch.from > whole.from || stretch.to < whole.to) {
    const hidden = moments.filter((moment) => moment < stretch.from || moment >= stretch.to).length;
    const left = hidden === 0 ? '; none lies outside the picture' : `; ${counted(hidden)} more lie outside the picture`;
    sentences.push(
      `The picture shows ${sayDay(stretch.from)} to ${sayDay(stretch.to)}, the files run from ${sayDay(whole.from)} to ${sayDay(whole.to)}${left}.`,
    );
  }
  return sentences.join(' ');
}

function sayScattered({ moments, markedNoun, verb }: Subject): string {
  const [only] = moments;
  if (moments.length === 1 && only !== undefined)
    return `The one ${markedNoun} ${verb === 'ended' ? 'ended' : 'was made'} on ${sayMoment(only)} UTC.`;
  return `The ${sayNumber(moments.length, markedNoun)} are too few or too scattered for a window.`;
}

function sayInBand({ population, moments, markedNoun, baseNoun, verb, marked }: Subject, band: Window): string {
  const inBand = moments.filter((moment) => moment >= band.from && moment <= band.to).length;
  const baseInBand = countWithin(population, band);
  const who =
    inBand === moments.length
      ? `All ${sayNumber(inBand, markedNoun)}`
      : `${sayNumber(inBand, markedNoun)} of ${counted(moments.length)}`;
  const was = verb === 'ended' ? 'ended' : inBand === 1 ? 'was made' : 'were made';
  const share = marked.amongCharges
    ? `; in that window they are ${sayShare(Math.min(inBand, baseInBand), baseInBand)} of all ${baseNoun}s`
    : '';
  return `${who} ${was} ${sayWithin(band)}${share}.`;
}

/** Counts of whole buckets that touch the window, which is exact enough for a share. */
function countWithin(population: TimeSeries, window: Window): number {
  const first = Math.floor((window.from - population.from) / population.bucketMs);
  const last = Math.floor((window.to - population.from) / population.bucketMs);
  return population.counts.slice(Math.max(0, first), last + 1).reduce((sum, count) => sum + count, 0);
}

interface Drawing {
  readonly subject: Subject;
  readonly series: Series;
  readonly canvas: Canvas;
  readonly split: boolean;
  readonly stretch: Window;
}

const LEFT = 46;
const RIGHT = 10;

function option(drawing: Drawing): EChartsOption {
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

function tabulate(subject: Subject, series: Series): Picture['table'] {
  const rows = series.base.map((count, index) => {
    const marked = series.marked[index] ?? 0;
    const share = subject.marked.amongCharges ? sayShare(Math.min(marked, count), count) : '–';
    return [sayMoment(series.from + index * series.bucketMs), counted(count), counted(marked), share];
  });
  return {
    columns: [
      { name: `${sayBucket(series.bucketMs)} from (UTC)`, numeric: false },
      { name: `${subject.baseNoun}s`, numeric: true },
      { name: `${subject.markedNoun}s`, numeric: true },
      { name: 'share', numeric: true },
    ],
    rows,
    more: null,
  };
}
