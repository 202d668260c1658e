import { DAY_MS, MINUTE_MS, sayDuration } from '../../kernel/time.ts';
import { mostCommonOf } from './amounts.ts';
import { type Reading, sayShare } from './clue.ts';
import { goesOn } from './family-run.ts';
import { shapeOf } from './keys.ts';
import { byPerson, noted, sourcesApart, testValues } from './marks.ts';
import { quantile, ramp } from './numbers.ts';
import type { Profile } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/** Causes in who bills: C17 two systems, C23 a person. */
export function readSystems(profile: Profile): readonly Reading[] {
  return [twoSystems(profile), person(profile)];
}

function twoSystems(profile: Profile): Reading {
  return {
    id: 'C17',
    support: [
      clue(3.5, twoBillers(profile)),
      clue(1.5, sinceCutOver(profile)),
      clue(1, halfOrMore(profile)),
      clue(1.5, madeApart(profile)),
      clue(1, trait.inBatches(profile)),
      clue(0.5, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.fallingGap(profile)),
      clue(0.7, trait.keysEqual(profile)),
      clue(0.6, testValues(profile)),
      clue(0.5, byPerson(profile)),
      clue(0.5, not(goesOn(profile))),
      clue(0.5, booked.firstLost(profile)),
      clue(0.5, trait.crowdedInHours(profile)),
    ],
  };
}

function person(profile: Profile): Reading {
  return {
    id: 'C23',
    support: [
      clue(4, byPerson(profile)),
      clue(1, trait.gapsWithin(profile, 2 * MINUTE_MS, 30 * DAY_MS)),
      clue(0.7, trait.wideGaps(profile)),
      clue(1, trait.officeHours(profile)),
      clue(1, noted(profile)),
      clue(0.5, trait.sparse(profile)),
    ],
    against: [
      clue(0.8, trait.keysEqual(profile)),
      clue(0.7, not(trait.chargedTwice(profile))),
      clue(0.5, booked.firstLost(profile)),
      clue(0.5, trait.fullCoverage(profile)),
      clue(0.7, trait.gapsWithin(profile, 0, 20_000)),
      clue(0.4, machinePace(profile)),
      clue(0.5, trait.inBatches(profile)),
      clue(0.5, trait.providersDiffer(profile)),
    ],
  };
}

/** One pair of sources or, where no column tells them apart, one pair of providers. */
function twoBillers(profile: Profile): Trait {
  const sources = sourcesApart(profile);
  const { providers } = profile;
  if (providers?.pair == null || (sources.strength ?? 0) >= ramp(providers.pairShare, 0.4, 0.85)) return sources;
  const [one, other] = providers.pair;
  return {
    strength: ramp(providers.pairShare, 0.4, 0.85),
    says: `${sayShare(providers.pairShare)} of the pairs were billed by two providers, ${one} and ${other}.`,
  };
}

/** It goes on to the end of the data and did not begin with them. */
function sinceCutOver(profile: Profile): Trait {
  const { strength, ...said } = goesOn(profile);
  const { beforeShare } = profile.spread;
  return {
    ...said,
    strength: strength === null || beforeShare === null ? null : strength * ramp(beforeShare, 0.03, 0.15),
  };
}

/** From the cut-over on both bill whatever is theirs; a fault strikes a few. */
function halfOrMore({ spread }: Profile): Trait {
  return {
    strength: spread.coverage === null ? null : ramp(spread.coverage, 0.2, 0.6),
    says: `${sayShare(spread.coverage ?? 0)} of everything in that time was billed twice.`,
  };
}

/** Keys or payment ids of the two legs are of two makes. */
function madeApart({ keys, cases, providers }: Profile): Trait {
  if (keys?.shapesApart != null) {
    return {
      strength: 1,
      says: `Two programs made the keys: one like ${keys.shapesApart[0]}, the other like ${keys.shapesApart[1]}.`,
    };
  }
  const ids = cases.flatMap(({ first, second }) =>
    first?.payment == null || second?.payment == null
      ? []
      : [[first.payment.paymentId, second.payment.paymentId] as const],
  );
  const one = mostCommonOf(ids.map(([id]) => shapeOf(id)));
  const other = mostCommonOf(ids.map(([, id]) => shapeOf(id)));
  const apart = one !== null && other !== null && one.value !== other.value && Math.min(one.share, other.share) > 0.8;
  const constant = providers?.pair == null ? 0 : ramp(providers.pairShare, 0.5, 0.9);
  return {
    strength: Math.max(apart ? 1 : 0, constant),
    says: 'The two payments are of two makes: ids or providers differ in the same way in nearly all pairs.',
  };
}

/** Many charges a minute for longer than a bulk click lasts. */
function machinePace({ incident: { inside: cases } }: Profile): Trait {
  const steps = cases
    .map((each, index) => each.chargedAt - (cases[index - 1]?.chargedAt ?? 0))
    .slice(1)
    .sort((one, other) => one - other);
  const step = quantile(steps, 0.5);
  return {
    strength: steps.length < 20 ? 0 : ramp(step, 4000, 1000),
    says: `Every other charge followed its predecessor within ${sayDuration(step)}: no person works at that pace.`,
  };
}
