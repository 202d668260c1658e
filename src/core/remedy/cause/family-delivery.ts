import { DAY_MS, HOUR_MS, SECOND_MS, sayDuration } from '../../kernel/time.ts';
import { type Reading, sayShare } from './clue.ts';
import { classOf, unknownRentals } from './family-run.ts';
import { configuredLength } from './gaps.ts';
import { byPerson, redelivered, testValues } from './marks.ts';
import { ramp, shareOf } from './numbers.ts';
import { type Profile, withRole } from './profile.ts';
import { isPerson } from './roles.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/** Causes in messages: C09 queue redelivery, C10 dead-letter redrive or backfill, C11 webhook twice. */
export function readDeliveries(profile: Profile): readonly Reading[] {
  return [redelivery(profile), redrive(profile), webhookTwice(profile)];
}

function redelivery(profile: Profile): Reading {
  return {
    id: 'C09',
    support: [
      clue(2.5, oneLease(profile)),
      clue(1.5, trait.same(profile, 'message', 'message')),
      clue(3, redelivered(profile)),
      clue(1.5, longerThanLease(profile)),
      clue(1, booked.bothBooked(profile)),
      clue(0.7, trait.sparse(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.6, booked.firstLost(profile)),
      clue(0.6, trait.fullCoverage(profile)),
      clue(0.8, trait.fallingGap(profile)),
      clue(0.4, trait.keysEqual(profile)),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.6, trait.wideGaps(profile)),
      clue(0.5, trait.amountsDiffer(profile)),
      clue(0.7, not(trait.gapsWithin(profile, 5 * SECOND_MS, 13 * HOUR_MS))),
    ],
  };
}

function redrive(profile: Profile): Reading {
  return {
    id: 'C10',
    support: [
      clue(2, trait.fallingGap(profile)),
      clue(1, trait.gapsWithin(profile, HOUR_MS, 60 * DAY_MS)),
      clue(1.5, trait.inOneGo(profile)),
      clue(1.5, trait.sparse(profile)),
      clue(2, booked.firstLost(profile)),
      clue(2, replayed(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.4, trait.fullCoverage(profile)),
      clue(0.6, testValues(profile)),
      clue(0.6, byPerson(profile)),
      clue(0.4, trait.keysEqual(profile)),
      clue(0.6, not(trait.inOneGo(profile))),
      clue(0.5, trait.constantLag(profile)),
      clue(0.5, booked.secondAbsent(profile)),
      clue(0.4, booked.bothBooked(profile)),
      clue(0.25, not(trait.orderKept(profile))),
      clue(0.5, unknownRentals(profile)),
      clue(0.6, trait.providersDiffer(profile)),
    ],
  };
}

function webhookTwice(profile: Profile): Reading {
  return {
    id: 'C11',
    support: [
      clue(4, classOf(profile, ['phantom'])),
      clue(1.5, trait.gapsWithin(profile, 0, 5 * SECOND_MS)),
      clue(1, bySystem(profile)),
    ],
    against: [clue(0.97, not(classOf(profile, ['phantom'])))],
  };
}

/** One length, a little above one that people configure as visibility timeout or lease. */
function oneLease({ gap }: Profile): Trait {
  const mode = gap?.modes[0];
  if (gap === null || mode === undefined) return { strength: 0, says: '' };
  if (gap.count < 5) return { strength: null, says: '' };
  const lease = configuredLength(gap.p05);
  const single = ramp(mode.share, 0.55, 0.85) * (gap.modes.length > 1 ? 0.6 : 1);
  return {
    strength: single * (lease === null ? 0.6 : 1),
    says: `${sayShare(mode.share)} of the second charges came ${sayDuration(mode.centreMs)} after the first${lease === null ? '' : `, just over ${sayDuration(lease)}, a usual visibility timeout`}.`,
  };
}

/** The first charge was still at work when the message came again. */
function longerThanLease(profile: Profile): Trait {
  const took = trait.firstTook(profile);
  if (took.length < profile.count / 2) return { strength: null, says: '' };
  const share = shareOf(took, ({ tookMs, gapMs }) => tookMs >= gapMs * 0.9);
  return {
    strength: ramp(share, 0.3, 0.8),
    says: `In ${sayShare(share)} of the pairs the first work took longer than the gap: the message came back while it ran.`,
  };
}

/** Words of a replay in notes, actors or sources, or a message delivered again long after. */
function replayed(profile: Profile): Trait {
  const again = redelivered(profile);
  const words = profile.attributes
    .filter((each) => each.present > 0.5 && each.role !== 'instrument' && each.role !== 'session')
    .map((each) => ({
      name: each.name,
      value: each.secondTop.value,
      share: shareOf(each.values, ([one, other]) => REPLAY.test(other) && one !== other),
    }))
    .sort((one, other) => other.share - one.share)[0];
  if (words !== undefined && words.share > 0.3) {
    return {
      strength: ramp(words.share, 0.3, 0.8),
      says: `${sayShare(words.share)} of the second charges say that they are a replay (${words.name} ${words.value}).`,
    };
  }
  const message = trait.same(profile, 'message', 'message');
  if (again.strength === null && message.strength === null) return { strength: null, says: '' };
  return (again.strength ?? 0) >= (message.strength ?? 0) ? again : message;
}

const REPLAY =
  /redrive|re-drive|replay|dlq|dead.?letter|back.?fill|reprocess|requeue|nachlauf|wiederhol|ripet|rielabor/i;

function bySystem(profile: Profile): Trait {
  const column = withRole(profile, 'actor').find((each) => each.fact === 'charges') ?? withRole(profile, 'source')[0];
  if (column === undefined) return { strength: null, says: '' };
  const share = shareOf(column.values, ([, other]) => !isPerson(other));
  return {
    strength: ramp(share, 0.5, 0.9),
    says: `${sayShare(share)} of the surplus records were written by the system itself (${column.name} ${column.secondTop.value}).`,
  };
}
