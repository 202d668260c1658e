import { type Reading, sayNumber, sayShare } from './clue.ts';
import { classOf } from './family-run.ts';
import { sourcesApart } from './marks.ts';
import { ramp } from './numbers.ts';
import { type Profile, withRole } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, stronger, type Trait } from './traits.ts';

/** Causes on the way to the bank: C07 file replayed, C24 double posting at a bank. */
export function readBank(profile: Profile): readonly Reading[] {
  return [fileReplayed(profile), bankPosting(profile)];
}

function fileReplayed(profile: Profile): Reading {
  return {
    id: 'C07',
    support: [
      clue(2.5, stronger(classOf(profile, ['acquirer_duplicate']), sameBatch(profile))),
      clue(2, sameFile(profile)),
      clue(1.5, oneDay(profile)),
      clue(2, twinMissing(profile)),
    ],
    against: [
      clue(0.85, reversed(profile)),
      clue(0.85, not(stronger(classOf(profile, ['acquirer_duplicate']), sameBatch(profile)))),
      clue(0.6, sourcesApart(profile)),
      clue(0.5, trait.keysEqual(profile)),
    ],
  };
}

function bankPosting(profile: Profile): Reading {
  return {
    id: 'C24',
    support: [
      clue(2.5, classOf(profile, ['acquirer_duplicate'])),
      clue(3, reversed(profile)),
      clue(0.7, not(twinMissing(profile))),
    ],
    against: [
      clue(0.95, not(classOf(profile, ['acquirer_duplicate']))),
      clue(0.5, not(reversed(profile))),
      clue(0.6, twinMissing(profile)),
    ],
  };
}

/** The second lines name the file of the first, or all come in one file. */
function sameFile({ bank, attributes }: Profile): Trait {
  const sequence = attributes.find(
    (each) => each.fact === 'settlements' && each.role === 'file' && each.equal > 0.8 && each.present > 0.5,
  );
  if (bank === null) return { strength: null, says: '' };
  if (sequence !== undefined)
    return {
      strength: ramp(sequence.equal, 0.4, 0.9),
      says: `Both lines carry the same ${sequence.name} (${sequence.secondTop.value}) in ${sayShare(sequence.equal)} of the cases.`,
    };
  if (bank.oneFile === null) return { strength: null, says: '' };
  return {
    strength: ramp(bank.oneFile, 0.5, 0.9),
    says: `${sayShare(bank.oneFile)} of the second lines came in one file.`,
  };
}

/**
 * A batch of charges was submitted twice to the provider: one batch, file or sequence on both legs, one whole day.
 */
function sameBatch(profile: Profile): Trait {
  const column = trait.top(
    withRole(profile, 'file').filter((each) => each.fact === 'payments'),
    (each) => each.equal,
  );
  const covered = trait.fullCoverage(profile).strength ?? 0;
  const kept = trait.orderKept(profile).strength ?? 0;
  if (column === null) return { strength: 0, says: '' };
  const strength =
    ramp(column.equal, 0.5, 0.9) *
    covered *
    kept *
    ramp(profile.spread.serviceMs, 129_600_000, 90_000_000) *
    Math.max(trait.constantLag(profile).strength ?? 0, trait.fallingGap(profile).strength ?? 0) *
    (1 - (profile.keys?.different ?? 0));
  return {
    strength,
    says: `Both charges carry the same ${column.name} in ${sayShare(column.equal)} of the pairs, in the same order.`,
  };
}

function oneDay({ bank, spread }: Profile): Trait {
  const days = bank?.days ?? Math.ceil(spread.serviceMs / 86_400_000);
  return {
    strength: ramp(days, 3.5, 1.5),
    says: `It is the booking of ${days === 1 ? 'exactly one day' : `${days} days`}.`,
  };
}

function twinMissing({ missingTwins, layers }: Profile): Trait {
  if (!layers.settlements) return { strength: null, says: '' };
  return {
    strength: missingTwins > 0 ? 1 : 0,
    says:
      missingTwins === 0
        ? 'No charge of a neighbouring day is missing at the bank.'
        : `${sayNumber(missingTwins)} charges of a neighbouring day never reached the bank: that day's file is missing.`,
  };
}

function reversed({ bank }: Profile): Trait {
  if (bank === null) return { strength: null, says: '' };
  return {
    strength: ramp(bank.reversed, 0.3, 0.7),
    says: `The bank took ${sayShare(bank.reversed)} of the second lines back by itself.`,
  };
}
