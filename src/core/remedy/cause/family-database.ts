import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { type Reading, sayShare } from './clue.ts';
import { clockChange } from './family-clock.ts';
import { ramp } from './numbers.ts';
import type { Profile } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/** Causes in our database: C12 charge inside a transaction that rolled back, C13 lagging replica or fail-over. */
export function readDatabase(profile: Profile): readonly Reading[] {
  return [rolledBack(profile), laggingReplica(profile)];
}

function rolledBack(profile: Profile): Reading {
  return {
    id: 'C12',
    support: [
      clue(3, booked.firstAbsent(profile)),
      clue(2.5, vanished(profile)),
      clue(0.7, trait.gapsWithin(profile, SECOND_MS, 12 * HOUR_MS)),
      clue(0.5, trait.keysDifferent(profile)),
      clue(0.7, trait.sparse(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.6, trait.crowdedInHours(profile)),
      clue(0.7, booked.firstLost(profile)),
      clue(0.7, booked.bothBooked(profile)),
      clue(0.7, trait.providersDiffer(profile)),
      clue(0.6, trait.keysEqual(profile)),
      clue(0.5, trait.fullCoverage(profile)),
      clue(0.6, trait.fallingGap(profile)),
      clue(0.5, booked.secondAbsent(profile)),
    ],
  };
}

function laggingReplica(profile: Profile): Reading {
  return {
    id: 'C13',
    support: [
      clue(3, trait.crowdedInHours(profile)),
      clue(1.5, trait.gapsWithin(profile, 0, 3 * MINUTE_MS)),
      clue(1.5, booked.firstAbsent(profile)),
      clue(0.7, notAFew(profile)),
      clue(0.5, trait.keysDifferent(profile)),
    ],
    against: [
      clue(0.95, not(trait.chargedTwice(profile))),
      clue(0.7, trait.keysEqual(profile)),
      clue(0.7, trait.providersDiffer(profile)),
      clue(0.6, booked.firstLost(profile)),
      clue(0.7, not(trait.crowdedInHours(profile))),
      clue(0.5, clockChange(profile)),
      clue(0.6, trait.gapsWithin(profile, 30 * MINUTE_MS, 400 * DAY_MS)),
      clue(0.5, booked.secondAbsent(profile)),
      clue(0.4, trait.amountsDiffer(profile)),
    ],
  };
}

/** The provider saw a charge id that our books do not hold: the number was used up and the row taken back. */
function vanished({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  const share = Math.max(books.vanished, books.skipped);
  return {
    strength: ramp(share, 0.3, 0.8),
    says: `In ${sayShare(share)} of the pairs the provider names a charge id that is missing in our books: the row was rolled back.`,
  };
}

function notAFew({ spread }: Profile): Trait {
  return {
    strength: spread.coverage === null ? null : ramp(spread.coverage, 0.05, 0.3),
    says: `${sayShare(spread.coverage ?? 0)} of everything in that time is affected.`,
  };
}
