import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, sayDuration } from '../../kernel/time.ts';
import { isNearClockChange } from './clock.ts';
import { type Reading, sayShare } from './clue.ts';
import { shareWithin } from './gaps.ts';
import { ramp, shareOf } from './numbers.ts';
import type { Profile } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/** C20: time zone, clock change or clock error. */
export function clockError(profile: Profile): Reading {
  return {
    id: 'C20',
    support: [
      clue(3, clockHours(profile)),
      clue(2, zoneOnly(profile)),
      clue(1.5, zoneGap(profile)),
      clue(0.7, trait.keysDifferent(profile)),
      clue(0.7, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.7, trait.keysEqual(profile)),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.5, booked.firstLost(profile)),
      clue(0.8, not(clockHours(profile))),
      clue(0.4, trait.fallingGap(profile)),
    ],
  };
}

/** Clock changes, or one part of the day on at least three days, of the services and not of a nightly job. */
function clockHours(profile: Profile): Trait {
  const clock = profile.serviceClock;
  const daily = clock.days < 3 ? 0 : ramp(clock.share, 0.6, 0.9) * ramp(clock.share - clock.baseShare, 0.3, 0.6);
  const change = clockChange(profile);
  if ((change.strength ?? 0) >= daily) return change;
  return {
    strength: daily,
    says: `${sayShare(clock.share)} lie between ${clock.hour}:00 and ${(clock.hour + 2) % 24}:00 UTC on ${clock.days} different days, when ${sayShare(clock.baseShare)} of all are made.`,
  };
}

/** All in the night in which clocks are changed. */
export function clockChange({ cases, spread }: Profile): Trait {
  const near = (at: number | null): boolean => at !== null && isNearClockChange(at);
  const share = shareOf(cases, (each) => near(each.chargedAt) || near(each.endedAt));
  const short = ramp(Math.max(spread.chargedMs, spread.serviceMs), 30 * HOUR_MS, 8 * HOUR_MS);
  return {
    strength: ramp(share, 0.5, 0.9) * short,
    says: `${sayShare(share)} lie within three hours of the change between summer and winter time.`,
  };
}

function zoneOnly(profile: Profile): Trait {
  const columns = profile.attributes.filter(
    (each) => each.role === 'zone' || (each.fact === 'rentals' && each.name === 'market'),
  );
  const column = trait.top(columns, (each) => trait.standsOut(each.few));
  if (column === null) return { strength: null, says: '' };
  return {
    strength: trait.standsOut(column.few),
    says: `${sayShare(column.few.share)} have ${column.name} ${column.few.values.slice(0, 3).join(', ')}, against ${sayShare(column.few.baseShare)} of all.`,
  };
}

/** An hour or a day apart, or a few seconds: the job fired early and then on time. */
function zoneGap({ gap }: Profile): Trait {
  if (gap === null) return { strength: 0, says: '' };
  const near = (lengthMs: number): number => shareWithin(gap, lengthMs - 10 * MINUTE_MS, lengthMs + 10 * MINUTE_MS);
  const share = Math.max(
    near(HOUR_MS),
    near(DAY_MS),
    near(2 * HOUR_MS),
    shareWithin(gap, 2 * SECOND_MS, 15 * SECOND_MS) * 0.6,
  );
  return {
    strength: ramp(share, 0.4, 0.85),
    says: `${sayShare(share)} of the gaps are a whole number of hours or a day: ${sayDuration(gap.median)}.`,
  };
}
