import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, sayDuration } from '../../kernel/time.ts';
import { type Reading, sayShare } from './clue.ts';
import { configuredLength, shareWithin } from './gaps.ts';
import { byPerson, redelivered } from './marks.ts';
import { quantile, ramp, shareOf } from './numbers.ts';
import type { Profile } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/**
 * Causes in the request of one customer: C01 double submit, C02 retry with a new key, C14 late success, C15
 * several intents.
 */
export function readRequests(profile: Profile): readonly Reading[] {
  return [doubleSubmit(profile), retryWithNewKey(profile), lateSuccess(profile), severalIntents(profile)];
}

function doubleSubmit(profile: Profile): Reading {
  return {
    id: 'C01',
    support: [
      clue(3, trait.gapsWithin(profile, 80, 12 * SECOND_MS)),
      clue(1, humanPace(profile)),
      clue(1, trait.sparse(profile)),
      clue(1, trait.keysDifferent(profile)),
      clue(2, sameSession(profile)),
      clue(1.5, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.7, not(trait.gapsWithin(profile, 0, 30 * SECOND_MS))),
      clue(0.7, fasterThanHands(profile)),
      clue(0.8, trait.keysEqual(profile)),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.6, trait.fullCoverage(profile)),
      clue(0.5, trait.crowdedInHours(profile)),
      clue(0.35, trait.differs(profile, 'worker', 'workers')),
      clue(0.4, trait.amountsDiffer(profile)),
      clue(0.6, firstNotTaken(profile)),
      clue(0.5, redelivered(profile)),
      clue(0.35, onSlots(profile)),
    ],
  };
}

function retryWithNewKey(profile: Profile): Reading {
  return {
    id: 'C02',
    support: [
      clue(2.5, trait.narrowGaps(profile)),
      clue(0.7, severalModes(profile)),
      clue(0.7, trait.gapsWithin(profile, 900, 30 * MINUTE_MS)),
      clue(1, trait.keysDifferent(profile)),
      clue(3, booked.firstLost(profile)),
      clue(1, trait.sparse(profile)),
      clue(1.5, firstTimedOut(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.keysEqual(profile)),
      clue(0.85, trait.providersDiffer(profile)),
      clue(0.6, trait.fullCoverage(profile)),
      clue(0.7, redelivered(profile)),
      clue(0.6, booked.bothBooked(profile)),
      clue(0.5, booked.firstAbsent(profile)),
      clue(0.5, trait.gapsWithin(profile, HOUR_MS, 400 * DAY_MS)),
      clue(0.5, trait.amountsDiffer(profile)),
      clue(0.6, trait.fallingGap(profile)),
      clue(0.5, longLease(profile)),
    ],
  };
}

function lateSuccess(profile: Profile): Reading {
  return {
    id: 'C14',
    support: [
      clue(1.5, afterExpiry(profile)),
      clue(1, trait.wideGaps(profile)),
      clue(5, booked.firstClosed(profile)),
      clue(2, trait.differs(profile, 'instrument', 'cards or methods')),
      clue(1, trait.sparse(profile)),
      clue(0.5, trait.keysDifferent(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.keysEqual(profile)),
      clue(0.6, not(trait.sparse(profile))),
      clue(0.6, byPerson(profile)),
      clue(0.5, trait.amountsDiffer(profile)),
      clue(0.6, booked.bothBooked(profile)),
      clue(0.5, booked.firstLost(profile)),
      clue(0.7, trait.fallingGap(profile)),
      clue(0.4, manyAttempts(profile)),
      clue(0.35, not(trait.differs(profile, 'instrument', 'cards or methods'))),
      clue(0.5, trait.inBatches(profile)),
      clue(0.35, trait.officeHours(profile)),
      clue(0.5, booked.firstAbsent(profile)),
    ],
  };
}

function severalIntents(profile: Profile): Reading {
  return {
    id: 'C15',
    support: [
      clue(2.5, manyAttempts(profile)),
      clue(2, someAmountsDiffer(profile)),
      clue(1, trait.gapsWithin(profile, 5 * SECOND_MS, DAY_MS)),
      clue(0.5, trait.wideGaps(profile)),
      clue(1, trait.sparse(profile)),
      clue(0.5, trait.keysDifferent(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.keysEqual(profile)),
      clue(0.6, trait.fullCoverage(profile)),
      clue(0.7, trait.fallingGap(profile)),
      clue(0.5, booked.firstLost(profile)),
      clue(0.6, trait.providersDiffer(profile)),
      clue(0.5, booked.secondAbsent(profile)),
      clue(0.4, trait.onlySecondKeyless(profile)),
    ],
  };
}

/** A first attempt has to expire before another is offered: nothing comes within its lifetime of some minutes. */
function afterExpiry({ gap }: Profile): Trait {
  if (gap === null) return { strength: 0, says: '' };
  return {
    strength: ramp(gap.p05, 2 * MINUTE_MS, 8 * MINUTE_MS) * ramp(gap.p95, 40 * DAY_MS, 14 * DAY_MS),
    says: `The customer paid again ${sayDuration(gap.p05)} to ${sayDuration(gap.p95)} later, when the first attempt had expired.`,
  };
}

/** Taps and refreshes are spread over tenths of seconds to seconds; machines heap up. */
function humanPace(profile: Profile): Trait {
  if (profile.gap === null || profile.gap.count < 5) return { strength: null, says: '' };
  const share = shareWithin(profile.gap, 250, 15 * SECOND_MS);
  return {
    strength:
      ramp(share, 0.5, 0.85) *
      (1 - ramp(profile.gap.modesShare, 0.7, 0.95)) *
      (1 - (fasterThanHands(profile).strength ?? 0)),
    says: 'The gaps are spread as people tap, not heaped as machines retry.',
  };
}

/** Nobody taps twice within a tenth of a second, and people who tap again take seconds now and then. */
export function fasterThanHands({ gap }: Profile): Trait {
  if (gap === null || gap.count < 5) return { strength: null, says: '' };
  const share = shareWithin(gap, 0, 110);
  return {
    strength: ramp(share, 0.02, 0.08) * ramp(gap.p95, 3 * SECOND_MS, 1.3 * SECOND_MS),
    says: `${sayShare(share)} of the second charges came within a tenth of a second, and nearly all within ${sayDuration(gap.p95)}: nobody taps like that.`,
  };
}

/** Session and device of a customer are the same in most pairs of other causes too: alone it is no proof. */
function sameSession(profile: Profile): Trait {
  return trait.same(profile, 'session', 'session or device');
}

function firstNotTaken({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.orphan, 0.3, 0.8),
    says: `Our books hold only one of the two charges in ${sayShare(books.orphan)} of the pairs.`,
  };
}

/** First charges of scheduled work gather at one place of the quarter hour; those of customers do not. */
export function onSlots({ chargedClock }: Profile): Trait {
  return {
    strength: ramp(chargedClock.onSlots, 0.4, 0.8),
    says: 'The charges gather at the same minute of the clock, as scheduled work does.',
  };
}

/** Clients wait for seconds, queues for minutes: one heap just over a configured length of minutes is a lease. */
function longLease({ gap }: Profile): Trait {
  const mode = gap?.modes[0];
  if (gap === null || mode === undefined || configuredLength(gap.p05) === null) return { strength: 0, says: '' };
  return {
    strength: ramp(mode.share, 0.7, 0.9) * ramp(gap.p05, 59_000, 100_000),
    says: `All gaps are just over ${sayDuration(mode.centreMs)}: clients do not wait that long, queues do.`,
  };
}

function severalModes({ gap }: Profile): Trait {
  const modes = gap?.modes.length ?? 0;
  return {
    strength: gap !== null && gap.count < 8 ? null : ramp(modes, 1, 2),
    says: `There are ${modes} such heaps, as a timeout and its back-off make.`,
  };
}

/** The first charge took as long as the gap, less the back-off, and far longer than the second. */
function firstTimedOut(profile: Profile): Trait {
  const took = trait.firstTook(profile);
  if (took.length < profile.count / 2) return { strength: null, says: '' };
  const slow = shareOf(took, ({ tookMs, laterMs }) => tookMs >= 1500 && tookMs >= 3 * (laterMs ?? 0));
  const median = quantile(
    took.map((each) => each.tookMs).sort((one, other) => one - other),
    0.5,
  );
  return {
    strength: ramp(slow, 0.3, 0.8),
    says: `The first charge took ${sayDuration(median)} to answer, far longer than the second.`,
  };
}

/** An edit between two intents changes the amount of some; the others were only offered again. */
function someAmountsDiffer({ amounts }: Profile): Trait {
  const share = 1 - amounts.equalLegs;
  return {
    strength: ramp(share, 0.1, 0.4),
    says: `The two amounts differ in ${sayShare(share)} of the pairs, as after an edit.`,
  };
}

/** More than two attempts for one obligation, or attempts left open beside the two. */
function manyAttempts({ accounts }: Profile): Trait {
  return {
    strength: Math.max(ramp(accounts.threeOrMore, 0.05, 0.3), ramp(accounts.openAttempts, 0.15, 0.7)),
    says: `${sayShare(accounts.threeOrMore)} of the rentals were charged three times or more, and ${accounts.openAttempts.toFixed(1)} further attempts per case stand beside the two.`,
  };
}
