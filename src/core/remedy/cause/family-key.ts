import { DAY_MS, MINUTE_MS, SECOND_MS, sayDuration } from '../../kernel/time.ts';
import { type Reading, sayShare } from './clue.ts';
import { goesOn } from './family-run.ts';
import type { KeyProfile } from './keys.ts';
import { ramp } from './numbers.ts';
import { type Profile, withRole } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, type Trait } from './traits.ts';
import * as booked from './traits-books.ts';

/**
 * Causes in the idempotency key and at the provider: C03 expired, C04 unstable or missing, C25 provider repeats,
 * C26 failover.
 */
export function readKeys(profile: Profile): readonly Reading[] {
  return [keyExpired(profile), keyUnstable(profile), providerRepeats(profile), failover(profile)];
}

function keyExpired(profile: Profile): Reading {
  return {
    id: 'C03',
    support: [
      clue(4, trait.keysEqual(profile)),
      clue(1.5, beyondLifetime(profile)),
      clue(0.5, not(trait.providersDiffer(profile))),
      clue(0.5, trait.sparse(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.85, trait.providersDiffer(profile)),
      clue(0.7, not(beyondLifetime(profile))),
      clue(0.4, severalTimes(profile)),
      clue(0.5, oneProviderOnly(profile)),
      clue(0.85, not(trait.keysEqual(profile))),
    ],
  };
}

function keyUnstable(profile: Profile): Reading {
  return {
    id: 'C04',
    support: [
      clue(4, unstable(profile)),
      clue(1, component(profile)),
      clue(0.7, sinceVersion(profile)),
      clue(0.7, trait.sparse(profile)),
      clue(0.5, trait.gapsWithin(profile, 500, 7200 * SECOND_MS)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.keysEqual(profile)),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.7, trait.fallingGap(profile)),
      clue(0.4, trait.fullCoverage(profile)),
      clue(0.85, not(unstable(profile))),
      clue(0.7, booked.secondAbsent(profile)),
      clue(0.4, severalTimes(profile)),
      clue(0.4, trait.onlySecondKeyless(profile)),
    ],
  };
}

function providerRepeats(profile: Profile): Reading {
  return {
    id: 'C25',
    support: [
      clue(2.5, booked.secondAbsent(profile)),
      clue(1.5, oneProviderOnly(profile)),
      clue(1.5, withoutOurKey(profile)),
      clue(1, severalTimes(profile)),
      clue(1, inWindow(profile)),
      clue(1, trait.gapsWithin(profile, 0, 30 * MINUTE_MS)),
      clue(0.7, oneReference(profile)),
    ],
    against: [
      clue(0.9, not(trait.chargedTwice(profile))),
      clue(0.8, trait.providersDiffer(profile)),
      clue(0.7, booked.bothBooked(profile)),
      clue(0.6, booked.firstLost(profile)),
      clue(0.5, booked.firstAbsent(profile)),
      clue(0.6, booked.firstClosed(profile)),
      clue(0.5, trait.keysDifferent(profile)),
      clue(0.4, trait.fallingGap(profile)),
    ],
  };
}

function failover(profile: Profile): Reading {
  return {
    id: 'C26',
    support: [
      clue(4, trait.providersDiffer(profile)),
      clue(1, pairConstant(profile)),
      clue(2, booked.firstLost(profile)),
      clue(1, trait.gapsWithin(profile, 500, 3 * MINUTE_MS)),
      clue(1, trait.sparse(profile)),
    ],
    against: [
      clue(0.9, not(trait.providersDiffer(profile))),
      clue(0.6, trait.gapsWithin(profile, 8 * MINUTE_MS, 400 * DAY_MS)),
      clue(0.6, goesOn(profile)),
      clue(0.3, booked.bothBooked(profile)),
      clue(0.4, trait.fullCoverage(profile)),
      clue(0.6, trait.fallingGap(profile)),
    ],
  };
}

/** Lifetimes of keys begin at five minutes and are seldom under fifteen; 24 hours are usual. */
function beyondLifetime(profile: Profile): Trait {
  if (profile.gap === null) return { strength: 0, says: '' };
  return {
    strength: ramp(profile.gap.p05, 5 * MINUTE_MS, 15 * MINUTE_MS),
    says: `Hardly a second charge came before ${sayDuration(profile.gap.p05)} had passed; providers forget keys after 15 min to 24 h.`,
  };
}

/**
 * Keys that differ in one component only, or that are missing more often than in the base: neither can meet its
 * twin.
 */
export function unstable(profile: Profile): Trait {
  const { keys } = profile;
  if (keys === null) return { strength: 0, says: '' };
  const missing = missingBeyondBase(profile);
  return { strength: ramp(keys.oneComponent + missing, 0.2, 0.7), says: sayUnstable(profile, keys, missing) };
}

function sayUnstable(profile: Profile, keys: KeyProfile, missing: number): string {
  const [one, other] = keys.example ?? ['', ''];
  const near = `the keys of ${sayShare(keys.oneComponent)} of the pairs differ in one component only (${one}, ${other})`;
  const none = `${sayShare(keys.missing)} of the pairs have a charge without any key, against ${sayShare(baseMissing(profile))} of all charges`;
  if (keys.oneComponent > 0.1 && missing > 0.1) return `T${near.slice(1)}, and ${none}.`;
  return keys.oneComponent >= missing ? `T${near.slice(1)}.` : `${none}.`;
}

/** A version, release or deployment that the wrong charges share and the base does not. */
function sinceVersion(profile: Profile): Trait {
  const column = trait.top(withRole(profile, 'version'), (each) => trait.standsOut(each.few));
  if (column === null) return { strength: null, says: '' };
  return {
    strength: trait.standsOut(column.few),
    says: `${sayShare(column.few.share)} come from ${column.name} ${column.few.values.slice(0, 3).join(', ')}, against ${sayShare(column.few.baseShare)} of all.`,
  };
}

function missingBeyondBase(profile: Profile): number {
  const base = baseMissing(profile);
  return base > 0.9 ? 0 : Math.max(0, (profile.keys?.missing ?? 0) - base);
}

function baseMissing({ population }: Profile): number {
  const base = population.attributes.find((each) => each.fact === 'payments' && each.name === 'idempotency_key');
  return base === undefined || base.rows === 0 ? 0 : base.nulls / base.rows;
}

function component({ keys }: Profile): Trait {
  if (keys === null || keys.oneComponent < 0.2) return { strength: null, says: '' };
  const what = keys.component === 'attempt' ? 'an attempt number' : 'a time';
  return {
    strength: keys.component === null ? 0.2 : 1,
    says: `What changes is ${what}: the key names the attempt, not the thing to be paid.`,
  };
}

/** The incident is at one of several providers. */
function oneProviderOnly({ providers }: Profile): Trait {
  if (providers === null || providers.topBaseShare === null || providers.topBaseShare > 0.97)
    return { strength: null, says: '' };
  return {
    strength: providers.topShare < 0.9 ? 0 : ramp(providers.topShare - providers.topBaseShare, 0.1, 0.4),
    says: `${sayShare(providers.topShare)} lie at ${providers.top}, which makes ${sayShare(providers.topBaseShare)} of all charges.`,
  };
}

function withoutOurKey({ keys }: Profile): Trait {
  if (keys === null) return { strength: null, says: '' };
  return {
    strength: ramp(keys.equal + keys.missing, 0.4, 0.9),
    says: 'The second charge carries the key of the first or none: no request of ours made it.',
  };
}

function severalTimes({ accounts }: Profile): Trait {
  return {
    strength: ramp(accounts.threeOrMore, 0.03, 0.2),
    says: `${sayShare(accounts.threeOrMore)} of the rentals were charged three times or more.`,
  };
}

function inWindow({ incident }: Profile): Trait {
  return { strength: incident.crowded ? 1 : 0, says: 'All lie in one window, as an incident at the provider does.' };
}

/** Both payments name one charge of ours. */
function oneReference({ cases }: Profile): Trait {
  const named = cases.filter(
    ({ first, second }) => first?.payment?.chargeId != null && second?.payment?.chargeId != null,
  );
  if (named.length < cases.length / 2) return { strength: null, says: '' };
  const equal = named.filter(({ first, second }) => first?.payment?.chargeId === second?.payment?.chargeId).length;
  return {
    strength: ramp(equal / named.length, 0.3, 0.8),
    says: `Both payments name the same charge of ours in ${sayShare(equal / named.length)} of the pairs.`,
  };
}

function pairConstant({ providers }: Profile): Trait {
  if (providers?.pair == null) return { strength: providers === null ? null : 0, says: '' };
  return {
    strength: ramp(providers.pairShare, 0.4, 0.8),
    says: `It is ${providers.pair[0]} first and ${providers.pair[1]} then in ${sayShare(providers.pairShare)} of them.`,
  };
}
