import { HOUR_MS, MINUTE_MS, SECOND_MS, sayDuration, toRfc3339 } from '../../kernel/time.ts';
import { type AttributeProfile, attributeOf, type Concentration } from './attributes.ts';
import { calendarOf } from './clock.ts';
import { type Clue, sayNumber, sayShare } from './clue.ts';
import { shareWithin } from './gaps.ts';
import { quantile, ramp, shareOf } from './numbers.ts';
import { type Profile, withRole } from './profile.ts';
import { lengthMsOf, type Role } from './roles.ts';

/**
 * Traits that several causes share, each as a strength from 0 to 1 and a sentence. A cause says how much a trait
 * weighs, for or against it; what a trait is and how it is said stands here once.
 */
export interface Trait {
  readonly strength: number | null;
  readonly says: string;
  /** What to say of its absence, where the sentence is not true of any strength. */
  readonly saysNot?: string;
}

export function clue(weight: number, { strength, says }: Trait): Clue {
  return { weight, strength, says };
}

export function not(trait: Trait): Trait {
  const { strength, says, saysNot = says } = trait;
  return { strength: strength === null ? null : 1 - strength, says: saysNot };
}

/** The one of two traits that the data show more strongly. */
export function stronger(one: Trait, other: Trait): Trait {
  return (one.strength ?? 0) >= (other.strength ?? 0) ? one : other;
}

/** Two charges by us for one service: what most causes are about. A charge that repeats none is not of them. */
export function chargedTwice({ cases }: Profile): Trait {
  const share = shareOf(
    cases,
    ({ finding, gapMs }) =>
      finding.class === 'double_charge' || (finding.class === 'charge_without_rental' && gapMs !== null),
  );
  return {
    strength: ramp(share, 0.3, 0.7),
    says: `${sayShare(share)} of the cases are charges for something already charged.`,
  };
}

export function gapsWithin(profile: Profile, leastMs: number, mostMs: number): Trait {
  const { gap } = profile;
  if (gap === null) return { strength: 0, says: 'There is no first charge to measure from.' };
  const share = shareWithin(gap, leastMs, mostMs);
  return {
    strength: ramp(share, 0.4, 0.9),
    says: `The second charge mostly came ${sayGaps(profile)} after the first.`,
  };
}

/** `3 d to 6 d (median 4 d)`, `12 s`: the range without the outer twentieth at each end. */
export function sayGaps({ gap }: Profile): string {
  if (gap === null) return 'at an unknown time';
  const [least, most] = [sayDuration(gap.p05), sayDuration(gap.p95)];
  return least === most ? least : `${least} to ${most} (median ${sayDuration(gap.median)})`;
}

/** Gaps heap up at a few lengths, as timeouts, back-offs and leases make them. */
export function narrowGaps({ gap }: Profile): Trait {
  if (gap === null || gap.count < 5) return { strength: gap === null ? 0 : null, says: 'Too few gaps to see heaps.' };
  const modes = gap.modes.map((mode) => `${sayDuration(mode.centreMs)} (${sayShare(mode.share)})`).join(', ');
  return {
    strength: ramp(gap.modesShare, 0.55, 0.85),
    says: `The gaps heap up at ${modes || 'no length'}: ${sayShare(gap.modesShare)} of them lie in these narrow heaps.`,
  };
}

/** Gaps differ by more than a factor of ten: people and accidents, not timers. */
export function wideGaps({ gap }: Profile): Trait {
  if (gap === null) return { strength: 0, says: '' };
  const decades = Math.log10(Math.max(1, gap.p95)) - Math.log10(Math.max(1, gap.p05));
  return {
    strength: ramp(decades, 0.4, 1.1),
    says: `The gaps are irregular, from ${sayDuration(gap.p05)} to ${sayDuration(gap.p95)}.`,
  };
}

export function constantLag({ gap }: Profile): Trait {
  if (gap === null || gap.count < 4) return { strength: gap === null ? 0 : null, says: '' };
  const spreadMs = quantile(gap.gaps, 0.9) - quantile(gap.gaps, 0.1);
  const strength = Math.max(
    ramp(gap.variation, 0.08, 0.02),
    gap.median >= 30 * SECOND_MS ? ramp(spreadMs, 20_000, 5000) : 0,
  );
  return {
    strength,
    says: `The lag is constant: ${sayDuration(gap.median)}, and four fifths of the pairs differ from each other by no more than ${sayDuration(spreadMs)}.`,
    saysNot: `The lag is not constant: it is ${sayDuration(gap.p05)} to ${sayDuration(gap.p95)}.`,
  };
}

/** All charged again at one moment, so that the gap falls by a day per day of service. */
export function fallingGap({ gap, spread }: Profile): Trait {
  if (gap === null || gap.slope === null || spread.serviceMs < HOUR_MS) return { strength: 0, says: '' };
  const straight = ramp(gap.slope, -0.6, -0.9) * ramp(gap.slope, -1.5, -1.15) * ramp(gap.slopeFit, 0.6, 0.95);
  return {
    strength:
      straight *
      ramp(spread.serviceMs / Math.max(1, spread.chargedMs), 1.5, 3) *
      ramp(spread.serviceMs, HOUR_MS, 4 * HOUR_MS),
    says: `The second charge mostly came ${sayDuration(gap.p05)} to ${sayDuration(gap.p95)} after the first, and the gap falls by one day per day of service (slope ${gap.slope.toFixed(2)}).`,
    saysNot: `The gap does not fall with the date of service (slope ${gap.slope.toFixed(2)}).`,
  };
}

export function orderKept({ gap, spread }: Profile): Trait {
  if (gap === null || gap.orderKept === null || spread.serviceMs === 0) return { strength: null, says: '' };
  return {
    strength: ramp(gap.orderKept, 0.9, 0.99),
    says: `The second pass went through the list in the order of the first (rank correlation ${gap.orderKept.toFixed(3)}).`,
    saysNot: `The second pass did not keep the order of the first (rank correlation ${gap.orderKept.toFixed(3)}).`,
  };
}

/** Nearly everything in a contiguous stretch. */
export function fullCoverage({ spread, incident }: Profile): Trait {
  const { coverage } = spread;
  if (coverage === null) return { strength: null, says: '' };
  return { strength: ramp(coverage, 0.7, 0.9), says: sayCoverage(spread, incident.window) };
}

export function sparse({ spread, incident }: Profile): Trait {
  const { coverage } = spread;
  if (coverage === null) return { strength: null, says: '' };
  return { strength: ramp(coverage, 0.8, 0.5), says: sayCoverage(spread, incident.window) };
}

function sayCoverage({ coverage, coverageOf }: Profile['spread'], { from, to }: Profile['incident']['window']): string {
  const share = sayShare(coverage ?? 0);
  if (coverageOf === 'charges' || from === null || to === null)
    return `${share} of the charges made in that time were made again.`;
  return `${share} of the rentals that ended from ${sayTime(from)} to ${sayTime(to)} are affected.`;
}

/** `2014-11-10 00:04 UTC`. */
export function sayTime(at: number): string {
  return `${toRfc3339(Math.floor(at / MINUTE_MS) * MINUTE_MS)
    .slice(0, 16)
    .replace('T', ' ')} UTC`;
}

/** The wrong charges fall into much less time than the services they are for. */
export function inOneGo({ spread, count }: Profile): Trait {
  const ratio = spread.serviceMs / Math.max(1, spread.chargedMs);
  const rush = spread.rush === null || spread.rush < 2 ? '' : `, ${sayNumber(spread.rush)} times the usual rate`;
  return {
    strength: count < 3 ? null : ramp(ratio, 1.5, 4),
    says: `All ${sayNumber(count)} were made within ${sayDuration(spread.chargedMs)}${rush}.`,
  };
}

/** Made in several batches, as a job makes them night by night, while the services lie between. */
export function inBatches({ incident: { inside: cases }, count }: Profile): Trait {
  const steps = cases.map((each, index) => each.chargedAt - (cases[index - 1]?.chargedAt ?? each.chargedAt)).slice(1);
  const sorted = steps.toSorted((one, other) => one - other);
  const mean = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length);
  const batches = 1 + steps.filter((step) => step > 3 * HOUR_MS).length;
  return {
    strength: count < 20 || batches < 3 ? 0 : ramp(mean / Math.max(50, quantile(sorted, 0.5)), 20, 60),
    says: `The wrong charges were made in ${sayNumber(batches)} batches, one charge every ${sayDuration(quantile(sorted, 0.5))} within them.`,
  };
}

/** Everything within minutes to a few hours of a long history. */
export function crowdedInHours({ spread, count }: Profile): Trait {
  const span = Math.max(spread.chargedMs, spread.serviceMs);
  return {
    strength:
      count < 4 ? null : ramp(span, 12 * HOUR_MS, 4 * HOUR_MS) * ramp(spread.historyMs / Math.max(1, span), 10, 30),
    says: `All lie within ${sayDuration(span)} of a history of ${sayDuration(spread.historyMs)}.`,
  };
}

export function keysEqual({ keys }: Profile): Trait {
  if (keys === null || (keys.equal === 0 && keys.different === 0))
    return { strength: keys === null ? 0 : null, says: '' };
  return {
    strength: ramp(keys.equal, 0.2, 0.8),
    says: `${sayShare(keys.equal)} of the pairs carry one and the same idempotency key.`,
  };
}

export function keysDifferent({ keys }: Profile): Trait {
  if (keys === null || keys.missing > 0.9) return { strength: null, says: '' };
  return {
    strength: ramp(keys.different, 0.3, 0.8),
    says: `The second charge has a new key in ${sayShare(keys.different)} of the pairs.`,
  };
}

/** The right charge has its key and the wrong one has none: whoever made it did not ask with our code. */
export function onlySecondKeyless({ cases, keys }: Profile): Trait {
  const share = shareOf(
    cases,
    ({ finding: { evidence } }) =>
      evidence.kept !== null && evidence.kept.idempotencyKey !== null && evidence.wrong?.idempotencyKey === null,
  );
  return {
    strength: keys === null ? 0 : ramp(share, 0.5, 0.9),
    says: `In ${sayShare(share)} of the cases the right charge has its key and the wrong one has none.`,
  };
}

export function providersDiffer({ providers }: Profile): Trait {
  if (providers === null) return { strength: null, says: '' };
  const pair = providers.pair === null ? '' : ` (${providers.pair[0]}, then ${providers.pair[1]})`;
  return {
    strength: ramp(providers.different, 0.3, 0.8),
    says: `${sayShare(providers.different)} of the pairs lie at two providers${pair}.`,
  };
}

export function amountsDiffer({ amounts, classShare }: Profile): Trait {
  const share = classShare.double_charge < 0.3 ? 0 : 1 - amounts.equalLegs;
  return { strength: ramp(share, 0.2, 0.7), says: `The two amounts differ in ${sayShare(share)} of the pairs.` };
}

/** The best of the role's attributes that differ within the pair; null where no attribute has the role. */
export function differs(profile: Profile, role: Role, what: string): Trait {
  const best = top(withRole(profile, role), (each) => each.different);
  if (best === null) return { strength: null, says: '' };
  return {
    strength: ramp(best.different, 0.3, 0.85),
    says: `${sayShare(best.different)} of the pairs have two different ${what} (column ${best.name}).`,
  };
}

/** The best of the role's identifying attributes that are equal within the pair. */
export function same(profile: Profile, role: Role, what: string): Trait {
  const best = top(
    withRole(profile, role).filter((each) => each.identifier),
    (each) => each.equal,
  );
  if (best === null) return { strength: null, says: '' };
  return {
    strength: ramp(best.equal, 0.3, 0.85),
    says: `${sayShare(best.equal)} of the pairs have the same ${what} (column ${best.name}).`,
  };
}

export function top(
  profiles: readonly AttributeProfile[],
  weigh: (each: AttributeProfile) => number,
): AttributeProfile | null {
  return profiles.reduce<AttributeProfile | null>(
    (best, each) => (best === null || weigh(each) > weigh(best) ? each : best),
    null,
  );
}

/** How far a few values stand out: their share of the cases against their share of the base. */
export function standsOut({ share, baseShare }: Concentration): number {
  return ramp(share - baseShare, 0.15, 0.5);
}

/** The time that the first leg took, per case in which an attribute tells it, beside the gap. */
export function firstTook(
  profile: Profile,
): readonly { readonly tookMs: number; readonly laterMs: number | null; readonly gapMs: number }[] {
  const column = withRole(profile, 'latency').find((each) => each.fact === 'payments' || each.fact === 'charges');
  if (column === undefined) return [];
  return profile.cases.flatMap(({ first, second, gapMs }) => {
    const tookMs = lengthMsOf(attributeOf(first, column.fact, column.name) ?? '', column.name);
    const laterMs = lengthMsOf(attributeOf(second, column.fact, column.name) ?? '', column.name);
    return tookMs === null || gapMs === null ? [] : [{ tookMs, laterMs, gapMs }];
  });
}

/** Monday to Friday, 06:00 to 18:00 UTC: office hours anywhere in Europe, and most of the American day. */
export function officeHours({ cases }: Profile): Trait {
  const share = shareOf(cases, ({ chargedAt }) => {
    const { weekday, hour } = calendarOf(chargedAt);
    return weekday >= 1 && weekday <= 5 && hour >= 6 && hour < 18;
  });
  return {
    strength: ramp(share, 0.6, 0.95),
    says: `${sayShare(share)} of the wrong charges were made in office hours.`,
  };
}
