import type { Rental } from '../../fact/rental.ts';
import { type Instant, MINUTE_MS } from '../../kernel/time.ts';
import { compareText, groupBy } from './order.ts';

/** A drive that was charged, and when it was charged first. */
export interface ChargedDrive {
  readonly rental: Rental;
  readonly firstChargedAt: Instant;
}

/** Records of one drive, the first charged first; at least two. */
export type SameDrive = readonly ChargedDrive[];

/** Two drives of one vehicle that cannot both be right, though they are not one. */
export interface Clash {
  /** The longer one: a lost end lets a drive run on. */
  readonly suspect: ChargedDrive;
  /** The first drive it runs into. */
  readonly other: ChargedDrive;
  /** How many further drives it runs into. */
  readonly further: number;
}

export interface Overlaps {
  readonly sameDrives: readonly SameDrive[];
  readonly clashes: readonly Clash[];
}

/** From this share of common time on, two records are one drive: clocks and end events differ a little. */
const SAME_DRIVE_MIN = 0.9;
/** Ends that touch by no more than this are a hand-over, not an overlap. */
const TOUCH_MAX_MS = MINUTE_MS;
/** More drives than this at once are no vehicle's: the column names a fleet, a depot or nothing. */
const DRIVES_AT_ONCE_MAX = 16;

/**
 * Finds charged drives of one vehicle that overlap in time, by a sweep over their starts: n log n, as no vehicle has
 * more than `DRIVES_AT_ONCE_MAX` drives under way.
 */
export function findOverlaps(drives: readonly ChargedDrive[]): Overlaps {
  const timed = drives.flatMap((drive) => spanOf(drive)).toSorted(bySpan);
  const sameDrives: SameDrive[] = [];
  const clashes: Clash[] = [];
  for (const spans of groupBy(timed, (span) => span.vehicle).values()) {
    const pairs = sweep(spans);
    if (pairs === null) continue;
    const clusters = join(pairs.filter(([one, other]) => isSameDrive(one, other)));
    for (const drives of new Set(clusters.values())) sameDrives.push(drives);
    for (const clash of clashesOf(pairs.filter(([one, other]) => isClash(one, other, clusters)))) clashes.push(clash);
  }
  return { sameDrives, clashes };
}

interface Span {
  readonly drive: ChargedDrive;
  readonly vehicle: string;
  readonly from: Instant;
  readonly to: Instant;
}

type Pair = readonly [Span, Span];

function spanOf(drive: ChargedDrive): Span[] {
  const { vehicleId, startedAt, endedAt } = drive.rental;
  if (vehicleId === null || vehicleId === '' || startedAt === null || startedAt >= endedAt) return [];
  return [{ drive, vehicle: vehicleId, from: startedAt, to: endedAt }];
}

function bySpan(one: Span, other: Span): number {
  return one.from - other.from || compareText(one.drive.rental.rentalId, other.drive.rental.rentalId);
}

/** All pairs that overlap; null where the vehicle cannot be one. */
function sweep(spans: readonly Span[]): readonly Pair[] | null {
  const pairs: Pair[] = [];
  let underWay: Span[] = [];
  for (const span of spans) {
    underWay = underWay.filter((earlier) => earlier.to > span.from);
    for (const earlier of underWay) pairs.push([earlier, span]);
    underWay.push(span);
    if (underWay.length > DRIVES_AT_ONCE_MAX) return null;
  }
  return pairs;
}

function overlapOf(one: Span, other: Span): number {
  return Math.min(one.to, other.to) - Math.max(one.from, other.from);
}

function isSameDrive(one: Span, other: Span): boolean {
  const union = Math.max(one.to, other.to) - Math.min(one.from, other.from);
  return overlapOf(one, other) >= SAME_DRIVE_MIN * union;
}

/** Joins pairs into clusters; every member leads to its whole cluster. */
function join(pairs: readonly Pair[]): ReadonlyMap<Span, SameDrive> {
  const groups = new Map<Span, Span[]>();
  for (const [one, other] of pairs) {
    const [mine, theirs] = [groups.get(one) ?? [one], groups.get(other) ?? [other]];
    const joined = mine === theirs ? mine : [...mine, ...theirs];
    for (const span of joined) groups.set(span, joined);
  }
  const sorted = new Map<Span[], SameDrive>();
  for (const group of groups.values()) {
    if (!sorted.has(group)) sorted.set(group, group.map((span) => span.drive).toSorted(byFirstCharge));
  }
  return new Map([...groups].map(([span, group]) => [span, sorted.get(group) ?? []]));
}

function byFirstCharge(one: ChargedDrive, other: ChargedDrive): number {
  return one.firstChargedAt - other.firstChargedAt || compareText(one.rental.rentalId, other.rental.rentalId);
}

function isClash(one: Span, other: Span, clusters: ReadonlyMap<Span, SameDrive>): boolean {
  const cluster = clusters.get(one);
  if (cluster !== undefined && cluster === clusters.get(other)) return false;
  return overlapOf(one, other) > TOUCH_MAX_MS;
}

function clashesOf(pairs: readonly Pair[]): readonly Clash[] {
  const bySuspect = new Map<Span, Span[]>();
  for (const [one, other] of pairs) {
    const suspect = one.to - one.from >= other.to - other.from ? one : other;
    const others = bySuspect.get(suspect) ?? [];
    others.push(suspect === one ? other : one);
    bySuspect.set(suspect, others);
  }
  return [...bySuspect].flatMap(([suspect, others]) => {
    const [first, ...rest] = others.toSorted(bySpan);
    return first === undefined ? [] : [{ suspect: suspect.drive, other: first.drive, further: rest.length }];
  });
}
