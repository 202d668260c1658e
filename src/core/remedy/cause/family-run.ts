import { DAY_MS, HOUR_MS, SECOND_MS, sayDuration } from '../../kernel/time.ts';
import { type Reading, sayNumber, sayShare } from './clue.ts';
import { clockChange, clockError } from './family-clock.ts';
import { fasterThanHands, onSlots } from './family-request.ts';
import { sourcesApart, testValues } from './marks.ts';
import { ramp } from './numbers.ts';
import { type Profile, withRole, withRoleAdded } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, stronger, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/**
 * Causes in scheduled work: C05 race, C06 job twice, C08 period again, C19 test on production; C20 stands apart.
 */
export function readRuns(profile: Profile): readonly Reading[] {
  return [race(profile), jobTwice(profile), periodAgain(profile), testOnProduction(profile), clockError(profile)];
}

function race(profile: Profile): Reading {
  return {
    id: 'C05',
    support: [
      clue(2.5, trait.gapsWithin(profile, 0, 2500)),
      clue(1, trait.gapsWithin(profile, 0, 900)),
      clue(2.5, trait.differs(profile, 'worker', 'workers')),
      clue(1.5, onOneSlot(profile)),
      clue(1.5, fasterThanHands(profile)),
      clue(0.7, trait.sparse(profile)),
      clue(1, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.7, trait.keysEqual(profile)),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.5, trait.crowdedInHours(profile)),
      clue(0.6, booked.firstLost(profile)),
      clue(0.5, booked.firstAbsent(profile)),
      clue(0.5, not(trait.gapsWithin(profile, 0, 5 * SECOND_MS))),
      clue(0.4, trait.fullCoverage(profile)),
      clue(0.4, trait.amountsDiffer(profile)),
    ],
  };
}

function jobTwice(profile: Profile): Reading {
  return {
    id: 'C06',
    support: [
      clue(3, trait.constantLag(profile)),
      clue(1.5, trait.orderKept(profile)),
      clue(2.5, trait.fullCoverage(profile)),
      clue(1.5, twoRuns(profile)),
      clue(0.5, trait.keysDifferent(profile)),
      clue(0.7, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.7, trait.fallingGap(profile)),
      clue(0.6, trait.keysEqual(profile)),
      clue(0.5, trait.providersDiffer(profile)),
      clue(0.6, trait.sparse(profile)),
      clue(0.5, sourcesApart(profile)),
      clue(0.5, booked.firstLost(profile)),
      clue(0.4, goesOn(profile)),
      clue(0.8, not(trait.constantLag(profile))),
      clue(0.5, clockChange(profile)),
    ],
  };
}

function periodAgain(profile: Profile): Reading {
  return {
    id: 'C08',
    support: [
      clue(3, trait.fallingGap(profile)),
      clue(2.5, trait.fullCoverage(profile)),
      clue(1, trait.keysDifferent(profile)),
      clue(1, trait.inOneGo(profile)),
      clue(1, runsIntoOne(profile)),
      clue(0.7, booked.bothBooked(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.7, testValues(profile)),
      clue(0.5, booked.firstLost(profile)),
      clue(0.6, trait.sparse(profile)),
      clue(0.3, wholeHistory(profile)),
      clue(0.6, trait.crowdedInHours(profile)),
      clue(0.4, trait.keysEqual(profile)),
      clue(0.6, not(trait.fallingGap(profile))),
      clue(0.4, booked.secondAbsent(profile)),
      clue(0.3, trait.amountsDiffer(profile)),
    ],
  };
}

function testOnProduction(profile: Profile): Reading {
  return {
    id: 'C19',
    support: [
      clue(4, testValues(profile)),
      clue(1, stronger(wholeHistory(profile), inventedOnly(profile))),
      clue(1, stronger(trait.fallingGap(profile), inventedOnly(profile))),
      clue(1, inBurst(profile)),
      clue(1, atNight(profile)),
      clue(0.3, trait.fullCoverage(profile)),
      clue(2, notInBooks(profile)),
    ],
    against: [
      clue(0.8, classOf(profile, ['duplicate_record', 'overcharge', 'phantom', 'acquirer_duplicate'])),
      clue(0.6, trait.keysEqual(profile)),
      clue(0.5, not(inBurst(profile))),
      clue(0.5, booked.firstLost(profile)),
      clue(0.6, trait.gapsWithin(profile, 0, HOUR_MS)),
      clue(0.4, shortWithoutCredential(profile)),
    ],
  };
}

/** Both legs name one slot or run, or the charges gather at one place of the quarter hour. */
function onOneSlot(profile: Profile): Trait {
  const column = trait.top([...withRole(profile, 'slot'), ...withRole(profile, 'run')], (each) => each.equal);
  const gathered = onSlots(profile);
  if (column === null) return gathered;
  const equal = ramp(column.equal, 0.4, 0.9);
  if (equal <= (gathered.strength ?? 0)) return gathered;
  return {
    strength: equal,
    says: `${sayShare(column.equal)} of the pairs belong to one scheduled slot or run (column ${column.name}).`,
  };
}

/** Each pass has a run, host or batch of its own. */
function twoRuns(profile: Profile): Trait {
  const runs = trait.differs(profile, 'run', 'runs');
  const workers = trait.differs(profile, 'worker', 'workers');
  if (runs.strength === null) return workers;
  return (workers.strength ?? 0) > runs.strength ? workers : runs;
}

/** The second pass has one value where the first had many: several runs collapsed into one. */
function runsIntoOne(profile: Profile): Trait {
  const columns = [...withRole(profile, 'run'), ...withRole(profile, 'file')];
  const column = trait.top(columns, (each) => each.secondTop.share - each.secondTop.baseShare);
  if (column === null) return { strength: null, says: '' };
  const firsts = new Set(column.values.map(([one]) => one)).size;
  const strength = ramp(column.secondTop.share, 0.6, 0.9) * ramp(column.different, 0.5, 0.9);
  return {
    strength,
    says: `The second charges come from one run, ${column.secondTop.value}; the first came from ${sayNumber(firsts)} (column ${column.name}).`,
  };
}

/** It did not stop: hardly any charge of the base comes after the last wrong one. */
export function goesOn({ spread, incident }: Profile): Trait {
  const length = incident.window.chargedTo - incident.window.chargedFrom;
  const strength = spread.afterShare === null ? null : length < 2 * DAY_MS ? 0 : ramp(spread.afterShare, 0.25, 0.06);
  return {
    strength,
    says: `It began on ${trait.sayTime(incident.window.chargedFrom)} and goes on to the end of the data.`,
    saysNot: `It ended on ${trait.sayTime(incident.window.chargedTo)}.`,
  };
}

/** From (nearly) the first day of the data on, not a period of some days. */
function wholeHistory({ spread, population }: Profile): Trait {
  const from = (population.ended ?? population.charged)?.from ?? spread.serviceFrom;
  const before = Math.max(1, spread.serviceTo - from);
  return {
    strength:
      ramp((spread.serviceTo - spread.serviceFrom) / before, 0.6, 0.9) * ramp(spread.serviceMs, 2 * DAY_MS, 5 * DAY_MS),
    says: `The whole history was charged again, ${sayDuration(spread.serviceMs)} of it, not one period.`,
    saysNot: `It was one period of ${sayDuration(spread.serviceMs)}, not the whole history.`,
  };
}

/** Where no column names the environment, only the whole history at once sets it apart from a period run again. */
function shortWithoutCredential(profile: Profile): Trait {
  const none = withRole(profile, 'environment').length + withRoleAdded(profile, 'environment').length === 0;
  const whole = stronger(wholeHistory(profile), inventedOnly(profile));
  return { ...not(whole), strength: none ? 1 - (whole.strength ?? 0) : 0 };
}

/** All at once: far faster than the services came, or, where there was no service, than charges usually come. */
function inBurst(profile: Profile): Trait {
  const { spread, count } = profile;
  const rush = trait.inOneGo(profile);
  if (spread.rush === null || (inventedOnly(profile).strength ?? 0) < 0.5) return rush;
  return { ...rush, strength: count < 3 ? null : ramp(spread.rush, 3, 20) };
}

/** Hardly any drive stands behind them: not a charge again, but data that somebody made up. */
function inventedOnly({ classShare, layers }: Profile): Trait {
  if (!layers.rentals) return { strength: 0, says: '' };
  return {
    strength: ramp(classShare.charge_without_rental, 0.5, 0.9),
    says: `${sayShare(classShare.charge_without_rental)} of the charges are for no rental that there ever was.`,
  };
}

function atNight({ chargedClock }: Profile): Trait {
  return {
    strength: ramp(chargedClock.atNight, 0.6, 0.9),
    says: `${sayShare(chargedClock.atNight)} of the wrong charges were made at night.`,
  };
}

function notInBooks(profile: Profile): Trait {
  return stronger(booked.secondAbsent(profile), unknownRentals(profile));
}

/** Among the wrong charges are some for rentals that never were: invented data. */
export function unknownRentals({ classShare, layers }: Profile): Trait {
  const share = classShare.charge_without_rental;
  if (!layers.rentals) return { strength: null, says: '' };
  return {
    strength: ramp(share, 0.02, 0.1),
    says: `${sayShare(share)} of the charges are for no rental that there ever was.`,
  };
}

export function classOf({ classShare }: Profile, classes: readonly (keyof Profile['classShare'])[]): Trait {
  const share = classes.reduce((sum, each) => sum + classShare[each], 0);
  const [only = 'double_charge'] = classes;
  return { strength: ramp(share, 0.3, 0.7), says: `${sayShare(share)} of the cases ${CLASS_WORDS[only]}.` };
}

const CLASS_WORDS: Readonly<Record<keyof Profile['classShare'], string>> = {
  double_charge: 'are charges of one rental more than once',
  duplicate_record: 'are one drive recorded twice',
  overcharge: 'are single charges of too high an amount',
  charge_without_rental: 'are charges that no rental explains',
  phantom: 'stand twice in our books only: the provider took the money once',
  acquirer_duplicate: 'were taken once by the provider and booked twice by the bank',
  missing_twin: 'never reached the bank',
};
