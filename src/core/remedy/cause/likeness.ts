import type { Case } from './case.ts';
import { ascending, countsOf, quantile, thinned } from './numbers.ts';

/** Whether a case could be of the same origin as a crowd of others. */
export type Likeness = (each: Case) => boolean;

/** A trait that so nearly all of the crowd have is part of what the incident looks like. */
const COMMON_SHARE_MIN = 0.88;
/** One trait that one in ten of the crowd has does not set a case apart, two do: the sum of natural logarithms. */
const SURPRISE_MAX = 3;
/** A class is part of the incident if at least this share of the crowd is of it. */
const CLASS_SHARE_MIN = 0.1;
/** A gap belongs if it lies within this many median deviations of the median, on a scale of powers of ten. */
const GAP_DEVIATIONS = 5;
/**
 * Timers with a few lengths have no median deviation at all; their range is half a power of ten each way at least.
 */
const GAP_DEVIATION_MIN = 0.1;
/** Further lengths of a timer belong too: all gaps but the outer eighths, and a fifth of a power of ten beyond. */
const GAP_OUTER_SHARE = 0.12;
const GAP_SLACK = 0.2;
/** The window rests on it, so it is read of more cases than the evidence: a share is right to 0.35 of a hundredth. */
const CROWD_MEASURED_MAX = 20_000;
/** More columns than this are not compared: files have tens of columns, and each is read for every case. */
const COLUMNS_MAX = 40;

/** What the crowd has in common: its classes, the range of its gaps, and traits that nearly all share. */
export function likenessOf(all: readonly Case[]): Likeness {
  const crowd = thinned(all, CROWD_MEASURED_MAX);
  const classes = new Map(countsOf(crowd.map((each) => each.finding.class)));
  const inGapRange = gapRangeOf(crowd);
  const common = [...TRAITS, ...columnTraitsOf(crowd)].flatMap((trait) => commonOf(trait, crowd) ?? []);
  return (each) =>
    (classes.get(each.finding.class) ?? 0) >= crowd.length * CLASS_SHARE_MIN &&
    inGapRange(each) &&
    common.reduce((sum, { trait, surprise }) => sum + surprise(trait(each)), 0) <= SURPRISE_MAX;
}

interface Common {
  readonly trait: Trait;
  /** How much rarer this value is in the crowd than the common one, as a natural logarithm. */
  readonly surprise: (value: string) => number;
}

function commonOf(trait: Trait, crowd: readonly Case[]): Common | null {
  const counts = countsOf(crowd.map(trait));
  const [, most = 0] = counts[0] ?? [];
  if (most < crowd.length * COMMON_SHARE_MIN) return null;
  const rarities = new Map(counts.map(([value, count]) => [value, Math.log(most / count)]));
  return { trait, surprise: (value) => rarities.get(value) ?? Math.log(2 * most) };
}

/**
 * In the range of the gaps by their length or by its logarithm: some causes spread them evenly, others over powers of
 * ten. Median and inner quantiles, not ends: a tenth of strays among the crowd must not widen the range.
 */
function gapRangeOf(crowd: readonly Case[]): Likeness {
  const gaps = ascending(crowd.flatMap(({ gapMs }) => (gapMs === null ? [] : [gapMs])));
  if (gaps.length === 0) return () => true;
  const inLength = reachOf(gaps, { deviationMin: 0, slack: 0 });
  const inPower = reachOf(gaps.map(logOf), { deviationMin: GAP_DEVIATION_MIN, slack: GAP_SLACK });
  return ({ gapMs }) => gapMs === null || inLength(gapMs) || inPower(logOf(gapMs));
}

interface Reach {
  readonly deviationMin: number;
  readonly slack: number;
}

function reachOf(values: readonly number[], { deviationMin, slack }: Reach): (value: number) => boolean {
  const median = quantile(values, 0.5);
  const deviation = quantile(ascending(values.map((value) => Math.abs(value - median))), 0.5);
  const reach = GAP_DEVIATIONS * Math.max(deviationMin, deviation);
  const least = Math.min(median - reach, quantile(values, GAP_OUTER_SHARE) - slack);
  const most = Math.max(median + reach, quantile(values, 1 - GAP_OUTER_SHARE) + slack);
  return (value) => value >= least && value <= most;
}

/** Below a tenth of a second all gaps are alike. */
function logOf(gapMs: number): number {
  return Math.log10(Math.max(100, gapMs));
}

type Trait = (each: Case) => string;

const TRAITS: readonly Trait[] = [
  ({ first, second }) => relationOf(first?.payment?.idempotencyKey, second?.payment?.idempotencyKey),
  ({ first, second }) => relationOf(first?.payment?.provider, second?.payment?.provider),
  ({ first, second }) => relationOf(first?.payment?.amount.amountMinor, second?.payment?.amount.amountMinor),
  ({ first, second }) => `${first?.record?.status} ${second?.record?.status}`,
  ({ finding: { evidence } }) => relationOf(evidence.rental?.accountId, evidence.otherRental?.accountId),
];

/** For each column of the payments: whether it changed from the first leg to the second. */
function columnTraitsOf(crowd: readonly Case[]): readonly Trait[] {
  const names = new Set(crowd.flatMap(({ second }) => Object.keys(second?.payment?.attributes ?? {})));
  return [...names].slice(0, COLUMNS_MAX).map(
    (name) =>
      ({ first, second }) =>
        relationOf(first?.payment?.attributes[name], second?.payment?.attributes[name]),
  );
}

function relationOf(one: string | bigint | null | undefined, other: string | bigint | null | undefined): string {
  if (one == null || other == null) return one == null && other == null ? 'none' : 'one';
  return one === other ? 'equal' : 'different';
}
