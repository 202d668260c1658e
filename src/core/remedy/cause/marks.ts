import type { AttributeProfile } from './attributes.ts';
import { sayShare } from './clue.ts';
import { ramp, shareOf } from './numbers.ts';
import { type Profile, withRole, withRoleAdded, withRoleOrNone } from './profile.ts';
import { isPerson, isTestWord } from './roles.ts';
import type { Trait } from './traits.ts';
import * as trait from './traits.ts';

/** What further columns say of the wrong charges: who made them, where, with which credential, how often. */

/**
 * The wrong charges were made by a person, and the first ones not by the same: another name in the column, or a name
 * where the first have none.
 */
export function byPerson(profile: Profile): Trait {
  const named = trait.top(
    withRole(profile, 'actor').filter((each) => each.fact !== 'rentals'),
    changedToPerson,
  );
  const added = trait.top(withRoleAdded(profile, 'actor'), addedPerson);
  if (added !== null && addedPerson(added) > (named === null ? 0 : changedToPerson(named))) {
    return {
      strength: ramp(addedPerson(added), 0.4, 0.85) * rareness(added.added.baseShare),
      says: `${sayShare(addedPerson(added))} of the wrong charges name a person (column ${added.name}, ${added.added.values[0]}); the first charges name nobody.`,
    };
  }
  if (named === null) return { strength: null, says: '' };
  return {
    strength: ramp(changedToPerson(named), 0.4, 0.85) * rareness(named.few.baseShare),
    says: `${sayShare(changedToPerson(named))} of the wrong charges were made by a person (column ${named.name}, mostly ${named.secondTop.value}).`,
  };
}

function changedToPerson({ values }: AttributeProfile): number {
  return shareOf(values, ([one, other]) => isPerson(other) && other !== one);
}

function addedPerson({ added }: AttributeProfile): number {
  return added.share * shareOf(added.values, isPerson);
}

/** What stands on most charges of the base too says nothing of the wrong ones. */
function rareness(baseShare: number): number {
  return 1 - ramp(baseShare, 0.3, 0.7);
}

/** A note on the wrong charges that the first ones do not have. */
export function noted(profile: Profile): Trait {
  const column = withRole(profile, 'note').find((each) => each.fact !== 'rentals');
  const added = trait.top(withRoleAdded(profile, 'note'), (each) => each.added.share);
  if (column === undefined && added === null) return { strength: null, says: '' };
  const changed = shareOf(
    column?.values ?? [],
    ([one, other]) => one !== other || /manual|hand|again|repeat|ripet|nochmal|erneut/i.test(other),
  );
  const share = Math.max(changed, added?.added.share ?? 0);
  const note = changed >= share ? column?.secondTop.value : added?.added.values[0];
  return {
    strength: ramp(share, 0.3, 0.8),
    says: `${sayShare(share)} carry a note, such as "${note?.slice(0, 60)}".`,
  };
}

/** Second charges made with a credential, host or environment that is not the live one. */
export function testValues(profile: Profile): Trait {
  const added = trait.top(withRoleAdded(profile, 'environment'), addedTest);
  const columns = [
    ...withRoleOrNone(profile, 'environment'),
    ...withRole(profile, 'worker'),
    ...withRole(profile, 'source'),
  ];
  const column = trait.top(columns, changedToTest);
  if (added !== null && addedTest(added) > (column === null ? 0 : changedToTest(column))) {
    return sayTest(addedTest(added), added.added.values[0] ?? '', added.name);
  }
  if (column === null || (column.role === null && changedToTest(column) < 0.8)) return { strength: null, says: '' };
  return sayTest(changedToTest(column), column.secondTop.value, column.name);
}

function changedToTest({ values, role }: AttributeProfile): number {
  return shareOf(
    values,
    // What stands beside the right charge as well is how the operator names things.
    ([one, other]) =>
      one !== other && isTestWord(other) && (role === 'environment' || !/^(false|0|f|no)$/i.test(other)),
  );
}

function addedTest({ added }: AttributeProfile): number {
  return added.share * shareOf(added.values, isTestWord);
}

function sayTest(share: number, value: string, name: string): Trait {
  return {
    strength: ramp(share, 0.3, 0.8),
    says: `${sayShare(share)} of the wrong charges come from ${value} (column ${name}), which is not the live system.`,
  };
}

export function redelivered(profile: Profile): Trait {
  const column = trait.top(withRoleOrNone(profile, 'delivery_count'), deliveredAgain);
  if (column === null || (column.role === null && deliveredAgain(column) < 0.8)) return { strength: null, says: '' };
  const share = deliveredAgain(column);
  return {
    strength: ramp(share, 0.3, 0.8),
    says: `The message of the second charge had been delivered before in ${sayShare(share)} of the pairs (column ${column.name}).`,
  };
}

/** Share of the pairs in which a small count rises: of deliveries, receives or attempts. */
function deliveredAgain({ values }: AttributeProfile): number {
  const count = (text: string): number => (/^\d{1,3}$/.test(text) ? Number(text) : 0);
  return shareOf(values, ([one, other]) => count(one) === 1 && count(other) >= 2 && count(other) <= 20);
}

/** The legs come from two systems, sources or merchant accounts, the same two in most pairs. */
export function sourcesApart(profile: Profile): Trait {
  const column = trait.top(withRoleOrNone(profile, 'source'), (each) => each.pairTop?.share ?? 0);
  if (column !== null && column.role === null && !namesTwo(column)) return { strength: null, says: '' };
  if (column === null || column.pairTop === null) return { strength: column === null ? null : 0, says: '' };
  const [one, other] = column.pairTop.pair;
  return {
    strength: ramp(column.pairTop.share, 0.4, 0.85),
    says: `${sayShare(column.pairTop.share)} of the pairs come from two systems, ${one} and ${other} (column ${column.name}).`,
  };
}

/** A column whose name says nothing: two constant names, neither numbers nor yes and no, as of systems or contracts. */
function namesTwo({ pairTop }: AttributeProfile): boolean {
  const isName = (value: string): boolean => !/^(true|false|yes|no|ja|nein|si|[ynjtf]|[\d.,+-]*)$/i.test(value);
  return pairTop !== null && pairTop.share >= 0.9 && pairTop.pair.every(isName);
}
