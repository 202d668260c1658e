import type { Instant } from '../../kernel/time.ts';
import type { Population, TimeSeries } from '../population.ts';
import { type Base, baseOf, evenBase } from './base.ts';
import type { Case } from './case.ts';
import type { IncidentWindow } from './diagnosis.ts';
import { likenessOf } from './likeness.ts';
import { quantile } from './numbers.ts';
import { densest, gainByChance } from './scan-statistic.ts';

/** The incident and the cases that belong to it; the others are strays of another origin. */
export interface Incident {
  readonly window: IncidentWindow;
  /** In order of `chargedAt`. */
  readonly inside: readonly Case[];
  /** Those inside whose first charge came late: they say nothing of how long the incident lasted. */
  readonly late: ReadonlySet<Case>;
  /** Whether the findings crowd in the window; where they do not, it is simply the first to the last of them. */
  readonly crowded: boolean;
}

/**
 * A second crowd at least this large against the first belongs to the incident (nights, cycles); smaller is noise.
 */
const FURTHER_BURST_SHARE_MIN = 0.1;
const FURTHER_BURST_MIN = 4;
/** Nights or cycles that one incident may have before the rest is taken as sporadic. */
const BURSTS_MAX = 60;
/** With more than this share outside, the crowd is not the incident: the rate is called even. */
const OUTSIDE_SHARE_MAX = 0.5;
/** Ends of at most this share of the crowd may be cut off as strays that happen to lie near. */
const LOOSE_END_SHARE_MAX = 0.02;
/** An end is loose if it stands off by more than this many of the widest steps inside the crowd. */
const LOOSE_STEP_FACTOR = 2;
/** What stands off by no more than this many belongs to the crowd in any case, … */
const NEAR_STEP_FACTOR = 1.3;
/** … and up to this many, if so few strays are about that hardly one would lie so near by chance. */
const FAR_STEP_FACTOR = 4;
const STRAYS_NEAR_MAX = 0.03;
/** The thin end of a crowd holds only a few; a chain of many is a rate of its own. */
const THIN_END_MAX = 3;
/** With fewer strays than this expected inside the window there are none, and what looks like one belongs. */
const STRAYS_INSIDE_MIN = 0.05;

/**
 * Finds when it happened: first among the times of the wrong charges, then among the ends of the rentals of those
 * inside. Null without cases. `cases` in order of `chargedAt`.
 */
export function incidentOf(cases: readonly Case[], population: Population): Incident | null {
  const first = cases[0];
  const last = cases.at(-1);
  if (first === undefined || last === undefined) return null;
  const charged = population.charged === null ? evenBase(first.chargedAt, last.chargedAt) : baseOf(population.charged);
  const range = chargedRange(cases, charged);
  const crowd = range === null ? cases : withoutStrays({ cases, range, ended: population.ended });
  const late = range === null ? new Set<Case>() : latecomers({ cases, range, crowd });
  const kept = new Set(crowd);
  const inside = late.size === 0 ? crowd : cases.filter((each) => kept.has(each) || late.has(each));
  return { window: windowOf(inside, cases.length), inside, late, crowded: crowdsAt(cases, charged) };
}

/** When the wrong charges crowd; looked for twice, the second time among those only that look like the crowd. */
function chargedRange(cases: readonly Case[], base: Base): Range | null {
  const found = crowdedRange(timesOf(cases, chargedAt), base, rough);
  // A tenth of strays may hide a thin crowd: those that look alike among all are tried as well.
  if (found === null) return crowdedRange(timesOf(cases.filter(likenessOf(cases)), chargedAt), base, fitted);
  const alike = likeTheCrowd(cases, found);
  return crowdedRange(timesOf(alike, chargedAt), base, fitted) ?? rangeOf(alike.map(chargedAt)) ?? found;
}

/** The cases that look like those in the range; all of the range too where none or fewer of it can be strays. */
function likeTheCrowd(cases: readonly Case[], range: Range): readonly Case[] {
  const crowd = between(cases, range);
  const isAlike = likenessOf(crowd);
  const kept = new Set(crowd.filter(isAlike));
  const expected = straysExpected(cases, range);
  const strays = crowd.length - kept.size;
  if (expected >= STRAYS_INSIDE_MIN && strays <= straysPlausible(expected)) return cases.filter(isAlike);
  const inRange = new Set(crowd);
  return cases.filter((each) => inRange.has(each) || isAlike(each));
}

/**
 * More than this many where so many are expected would be no chance (three deviations of a Poisson count, and
 * two).
 */
function straysPlausible(expected: number): number {
  return expected + 3 * Math.sqrt(expected) + 2;
}

interface Sieve {
  readonly cases: readonly Case[];
  readonly range: Range;
  readonly ended: TimeSeries | null;
}

/**
 * The cases charged in the range, less the strays among them: those that look otherwise, or whose rentals ended
 * apart.
 */
function withoutStrays({ cases, range, ended }: Sieve): readonly Case[] {
  const inside = between(cases, range);
  const expected = straysExpected(cases, range);
  if (expected < STRAYS_INSIDE_MIN) return inside;
  // Where more would go than chance can have put there, they are the thin part of the incident.
  const alike = inside.filter(likenessOf(inside));
  const kept = inside.length - alike.length <= straysPlausible(expected) ? alike : inside;
  const apart = ended === null ? kept : endedTogether(kept, baseOf(ended));
  return kept.length - apart.length <= expected + 3 * Math.sqrt(expected) ? apart : kept;
}

/** How many cases of another origin lie in the range, if they are as frequent there as before and after it. */
function straysExpected(cases: readonly Case[], range: Range): number {
  const all = rangeOf(cases.map(chargedAt));
  if (all === null) return 0;
  const length = range.to - range.from;
  const outside = all.to - all.from - length;
  return outside <= 0 ? 0 : ((cases.length - between(cases, range).length) * length) / outside;
}

interface Crowd {
  readonly cases: readonly Case[];
  readonly range: Range;
  readonly crowd: readonly Case[];
}

/**
 * Those that came late only because their first charge was late (declined at first, paid next day): the rental ended
 * within the affected ones, and after a first charge as prompt as usual the second had come in the range.
 */
function latecomers({ cases, range, crowd }: Crowd): ReadonlySet<Case> {
  const ended = rangeOf(crowd.flatMap((each) => (each.endedAt === null ? [] : [each.endedAt])));
  const delays = crowd.flatMap(delayOf).sort((one, other) => one - other);
  if (ended === null || delays.length === 0) return new Set();
  const usual = quantile(delays, 0.5);
  const isAlike = likenessOf(crowd);
  return new Set(cases.filter((each) => isLate(each, { ended, range, usual }) && isAlike(each)));
}

interface Prompt {
  readonly ended: Range;
  readonly range: Range;
  /** From the end of a rental to its first charge, in milliseconds. */
  readonly usual: number;
}

function isLate({ chargedAt: at, endedAt: end, gapMs }: Case, { ended, range, usual }: Prompt): boolean {
  if (at <= range.to || end === null || gapMs === null || end < ended.from || end > ended.to) return false;
  const prompt = end + usual + gapMs;
  return prompt >= range.from && prompt <= range.to;
}

/** From the end of the rental to its first charge, where both are known. */
function delayOf({ endedAt: end, first, second }: Case): readonly number[] {
  return end === null || first === null || second === null ? [] : [first.at - end];
}

function between(cases: readonly Case[], { from, to }: Range): readonly Case[] {
  return cases.filter((each) => each.chargedAt >= from && each.chargedAt <= to);
}

function endedTogether(crowd: readonly Case[], base: Base): readonly Case[] {
  const range = crowdedRange(
    timesOf(
      crowd.filter((each) => each.endedAt !== null),
      endedAt,
    ),
    base,
    fitted,
  );
  if (range === null) return crowd;
  return crowd.filter(({ endedAt: at }) => at === null || (at >= range.from && at <= range.to));
}

const chargedAt = (each: Case): Instant => each.chargedAt;
const endedAt = (each: Case): Instant => each.endedAt ?? each.chargedAt;

function timesOf(cases: readonly Case[], timeOf: (each: Case) => Instant): readonly Instant[] {
  return cases.map(timeOf).sort((one, other) => one - other);
}

function crowdsAt(cases: readonly Case[], base: Base): boolean {
  const times = cases.map(chargedAt);
  return densest(times, base).gain > gainByChance(times.length);
}

function windowOf(inside: readonly Case[], total: number): IncidentWindow {
  const charged = rangeOf(inside.map(chargedAt));
  const ended = rangeOf(inside.flatMap((each) => (each.endedAt === null ? [] : [each.endedAt])));
  return {
    from: ended?.from ?? null,
    to: ended?.to ?? null,
    chargedFrom: charged?.from ?? 0,
    chargedTo: charged?.to ?? 0,
    inside: inside.length,
    outside: total - inside.length,
  };
}

interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

/** The stretch from the first to the last crowd; null where the rate is even. `times` ascending. */
function crowdedRange(times: readonly Instant[], base: Base, fit: (stretch: Stretch) => Range): Range | null {
  let rest = times;
  let range: Range | null = null;
  let furtherMin = 0;
  for (let round = 0; round < BURSTS_MAX && rest.length > 0; round += 1) {
    const burst = densest(rest, base);
    const size = burst.last - burst.first + 1;
    if (burst.gain <= gainByChance(rest.length) || size < furtherMin) break;
    furtherMin = Math.max(furtherMin, FURTHER_BURST_MIN, size * FURTHER_BURST_SHARE_MIN);
    range = hull(range, fit({ times: rest, first: burst.first, last: burst.last, base }));
    const { from, to }: Range = range;
    rest = rest.filter((at) => at < from || at > to);
  }
  if (range === null || rest.length > times.length * OUTSIDE_SHARE_MAX) return null;
  return range;
}

function hull(one: Range | null, other: Range): Range {
  return one === null ? other : { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}

interface Stretch {
  readonly times: readonly Instant[];
  readonly first: number;
  readonly last: number;
  readonly base: Base;
}

/** The ends as the scan statistic has them: good enough to learn what the crowd looks like. */
function rough({ times, first, last }: Stretch): Range {
  return { from: times[first] ?? 0, to: times[last] ?? 0 };
}

/**
 * Moves the ends to where the spacing of the crowd itself puts them. The scan statistic takes a nearby stray in, and
 * leaves the thin end of a crowd out: what stands further off than any two neighbours inside does not belong, and what
 * stands no further off does.
 */
function fitted({ times, first, last, base }: Stretch): Range {
  const steps = stepsOf(times, base);
  const loose = Math.max(1, Math.floor((last - first + 1) * LOOSE_END_SHARE_MAX));
  if (last - first < 4 * loose + 4) return { from: times[first] ?? 0, to: times[last] ?? 0 };
  const widest = greatest(steps.slice(first + 1 + loose, last + 1 - loose));
  const off = LOOSE_STEP_FACTOR * widest + 3;
  const near = NEAR_STEP_FACTOR * widest + 1;
  const far = FAR_STEP_FACTOR * widest + 1;
  const rate = strayRate({ times, first, last, base }, far);
  const belongs = (step: number): boolean => step <= near || (step <= far && step * rate < STRAYS_NEAR_MAX);
  let from = first;
  let to = last;
  for (let place = first + 1; place <= first + loose; place += 1) if ((steps[place] ?? 0) > off) from = place;
  for (let place = last; place > last - loose; place -= 1) if ((steps[place] ?? 0) > off) to = place - 1;
  const least = first - Math.max(THIN_END_MAX, loose);
  const most = last + Math.max(THIN_END_MAX, loose);
  while (from <= first && from > Math.max(0, least) && belongs(steps[from] ?? 0)) from -= 1;
  while (to >= last && to < Math.min(times.length - 1, most) && belongs(steps[to + 1] ?? 0)) to += 1;
  return { from: times[from] ?? 0, to: times[to] ?? 0 };
}

/** Strays per fact of the base, as the events show that lie well outside; at most half a one where there are none. */
function strayRate({ times, first, last, base }: Stretch, margin: number): number {
  const from = base.before(times[first] ?? 0) - margin;
  const to = base.before(times[last] ?? 0) + margin;
  const outside = times.filter((at) => base.before(at) < from || base.before(at) > to).length;
  return (outside + 0.5) / Math.max(1, base.total - (to - from));
}

/** Facts of the base between each event and the one before it. */
function stepsOf(times: readonly Instant[], base: Base): readonly number[] {
  return times.map((at, index) => base.before(at) - base.before(times[index - 1] ?? at));
}

function greatest(values: readonly number[]): number {
  return values.reduce((top, value) => Math.max(top, value), 0);
}

function rangeOf(times: readonly Instant[]): Range | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const at of times) {
    if (at < from) from = at;
    if (at > to) to = at;
  }
  return from <= to ? { from, to } : null;
}
