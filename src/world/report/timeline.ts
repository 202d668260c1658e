import { DAY_MS, HOUR_MS, type Window } from '../../core/kernel/time.ts';
import type { TimeSeries } from '../../core/remedy/population.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { counted, type Picture } from './picture.ts';
import { BASE_COUNT_MIN, drawTimeChart, type Series, type Subject } from './time-chart.ts';
import { BUCKET_LENGTHS_MS, sayBucket, sayDay, sayMoment, sayNumber, sayShare, sayWithin } from './words.ts';
import { type Marked, markFindings, momentOf } from './wrong.ts';

/** More bars than this are thinner than a line at the page's width. */
const BARS_WIDE_MAX = 180;
const BARS_NARROW_MAX = 56;
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
    draw: (canvas) => drawTimeChart({ subject, series: canvas.narrow ? narrow : wide, canvas, split, stretch }),
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
