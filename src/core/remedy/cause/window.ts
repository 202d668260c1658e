import type { Instant } from '../../kernel/time.ts';
import type { Population } from '../population.ts';
import { type Base, baseOf, evenBase } from './base.ts';
import type { Case } from './case.ts';
import type { IncidentWindow } from './diagnosis.ts';
import { quantile } from './numbers.ts';
import { densest, gainByChance } from './scan-statistic.ts';

/** The incident and the cases that belong to it; the others are strays of another origin. */
export interface Incident {
  readonly window: IncidentWindow;
  readonly inside: readonly Case[];
  /** Whether the findings crowd in the window; where they do not, it is simply the first to the last of them. */
  readonly crowded: boolean;
}

/** A second crowd at least this large against the first belongs to the incident (nights, cycles); smaller is noise. */
const FURTHER_BURST_SHARE_MIN = 0.2;
/** Nights or cycles that one incident may have before the rest is taken as sporadic. */
const BURSTS_MAX = 60;
/** With more than this share outside, the crowd is not the incident: the rate is called even. */
const OUTSIDE_SHARE_MAX = 0.5;
/** Ends of at most this share of the crowd may be cut off as strays that happen to lie near. */
const LOOSE_END_SHARE_MAX = 0.02;

/**
 * Finds when it happened: first among the times of the wrong charges, then among the ends of the rentals of those
 * inside. Null without cases. `cases` in order of `chargedAt`.
 */
export function incidentOf(cases: readonly Case[], population: Population): Incident | null {
  const first = cases[0];
  const last = cases.at(-1);
  if (first === undefined || last === undefined) return null;
  const charged = population.charged === null ? evenBase(first.chargedAt, last.chargedAt) : baseOf(population.charged);
  const crowd = crowdOf(cases, charged);
  const inside = population.ended === null ? crowd : endedTogether(crowd, baseOf(population.ended));
  return {
    window: windowOf(inside, cases.length),
    inside,
    crowded: inside.length < cases.length || stands(cases, charged),
  };
}

function stands(cases: readonly Case[], base: Base): boolean {
  const times = cases.map((each) => each.chargedAt);
  return densest(times, base).gain > gainByChance(times.length);
}

function windowOf(inside: readonly Case[], total: number): IncidentWindow {
  const charged = rangeOf(inside.map((each) => each.chargedAt));
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

/** The cases whose wrong charges crowd; looked for twice, the second time among those only that look like the crowd. */
function crowdOf(cases: readonly Case[], base: Base): readonly Case[] {
  const found = within(cases, base, chargedAt);
  if (found.length === cases.length) return cases;
  const alike = cases.filter(likenessOf(found));
  return within(alike, base, chargedAt);
}

function endedTogether(crowd: readonly Case[], base: Base): readonly Case[] {
  const withRental = crowd.filter((each) => each.endedAt !== null);
  if (withRental.length === 0) return crowd;
  const kept = new Set(within(withRental, base, (each) => each.endedAt ?? 0));
  return crowd.filter((each) => each.endedAt === null || kept.has(each));
}

const chargedAt = (each: Case): Instant => each.chargedAt;

function within(cases: readonly Case[], base: Base, timeOf: (each: Case) => Instant): readonly Case[] {
  const times = cases.map(timeOf).sort((one, other) => one - other);
  const range = crowdedRange(times, base);
  if (range === null) return cases;
  return cases.filter((each) => timeOf(each) >= range.from && timeOf(each) <= range.to);
}

interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

/** The stretch from the first to the last crowd; null where the rate is even. `times` ascending. */
function crowdedRange(times: readonly Instant[], base: Base): Range | null {
  let rest = times;
  let range: Range | null = null;
  let firstSize = 0;
  for (let round = 0; round < BURSTS_MAX && rest.length > 0; round += 1) {
    const burst = densest(rest, base);
    const size = burst.last - burst.first + 1;
    if (burst.gain <= gainByChance(rest.length) || size < firstSize * FURTHER_BURST_SHARE_MIN) break;
    firstSize = Math.max(firstSize, size);
    range = hull(range, tightened(rest.slice(burst.first, burst.last + 1), base));
    const { from, to }: Range = range;
    rest = rest.filter((at) => at < from || at > to);
  }
  if (range === null || rest.length > times.length * OUTSIDE_SHARE_MAX) return null;
  return range;
}

function hull(one: Range | null, other: Range): Range {
  return one === null ? other : { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}

/**
 * Cuts off the few at an end that stand further from the rest than any two neighbours inside stand apart: the scan
 * statistic prefers to take a nearby stray in, the spacing of the crowd itself says that it does not belong.
 */
function tightened(times: readonly Instant[], base: Base): Range {
  const before = times.map((at) => base.before(at));
  const loose = Math.max(1, Math.floor(times.length * LOOSE_END_SHARE_MAX));
  if (times.length < 4 * loose + 4) return { from: times[0] ?? 0, to: times.at(-1) ?? 0 };
  const steps = before.map((place, index) => place - (before[index - 1] ?? place));
  const core = steps.slice(loose + 1, steps.length - loose);
  const widest = 2 * Math.max(...sampleTop(core)) + 3;
  let from = 0;
  let to = times.length - 1;
  for (let index = 1; index <= loose; index += 1) if ((steps[index] ?? 0) > widest) from = index;
  for (let index = 1; index <= loose; index += 1)
    if ((steps[times.length - index] ?? 0) > widest) to = times.length - index - 1;
  return { from: times[from] ?? 0, to: times[to] ?? 0 };
}

/** The greatest value as a list of one: spreading 250,000 arguments would overflow the stack. */
function sampleTop(values: readonly number[]): readonly number[] {
  return [values.reduce((top, value) => Math.max(top, value), 0)];
}

/** Whether a case could be of the same origin: its class is common in the crowd and its gap lies in the crowd's range. */
function likenessOf(crowd: readonly Case[]): (each: Case) => boolean {
  const classes = new Map<string, number>();
  for (const each of crowd) classes.set(each.finding.class, (classes.get(each.finding.class) ?? 0) + 1);
  const gaps = crowd.flatMap((each) => (each.gapMs === null ? [] : [each.gapMs])).sort((one, other) => one - other);
  const least = quantile(gaps, 0.02) / 2 - 1000;
  const most = quantile(gaps, 0.98) * 2 + 1000;
  return (each) =>
    (classes.get(each.finding.class) ?? 0) >= crowd.length * 0.02 &&
    (each.gapMs === null || gaps.length === 0 || (each.gapMs >= least && each.gapMs <= most));
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
