import type { Rental } from '../../fact/rental.ts';
import { HOUR_MS, sayDuration } from '../../kernel/time.ts';
import { type Reading, sayShare } from './clue.ts';
import { classOf } from './family-run.ts';
import { quantile, ramp, shareOf } from './numbers.ts';
import type { Profile } from './profile.ts';
import * as trait from './traits.ts';
import { clue, not, stronger, type Trait } from './traits.ts';

/**
 * Causes in the record of the drive or its price: C16 two identities, C18 record twice, C21 lost end event, C22
 * unit or tax.
 */
export function readRecords(profile: Profile): readonly Reading[] {
  return [twoIdentities(profile), recordTwice(profile), lostEnd(profile), wrongUnit(profile)];
}

function twoIdentities(profile: Profile): Reading {
  return {
    id: 'C16',
    support: [
      clue(2, classOf(profile, ['duplicate_record'])),
      clue(3, accountsDiffer(profile)),
      clue(0.7, sameSecond(profile)),
      clue(0.5, trait.sparse(profile)),
    ],
    against: [clue(0.9, not(classOf(profile, ['duplicate_record']))), clue(0.85, not(accountsDiffer(profile)))],
  };
}

function recordTwice(profile: Profile): Reading {
  return {
    id: 'C18',
    support: [
      clue(3, classOf(profile, ['duplicate_record'])),
      clue(2, not(accountsDiffer(profile))),
      clue(1, recordsAlike(profile)),
      clue(0.5, trait.sparse(profile)),
    ],
    against: [clue(0.9, not(classOf(profile, ['duplicate_record']))), clue(0.85, accountsDiffer(profile))],
  };
}

function lostEnd(profile: Profile): Reading {
  return {
    id: 'C21',
    support: [
      clue(3, correctedWithoutVoid(profile)),
      clue(1.5, ranTooLong(profile)),
      clue(1, overlaps(profile)),
      clue(1, trait.sparse(profile)),
      clue(1, lostSignal(profile)),
    ],
    against: [
      clue(0.8, trait.keysEqual(profile)),
      clue(0.7, constantRatio(profile)),
      clue(0.6, classOf(profile, ['phantom', 'acquirer_duplicate'])),
      clue(0.8, not(stronger(correctedWithoutVoid(profile), overlaps(profile)))),
      clue(0.4, trait.fallingGap(profile)),
    ],
  };
}

function wrongUnit(profile: Profile): Reading {
  return {
    id: 'C22',
    support: [
      clue(2.5, classOf(profile, ['overcharge'])),
      clue(3, constantRatio(profile)),
      clue(1, knownFactor(profile)),
    ],
    against: [clue(0.9, not(classOf(profile, ['overcharge']))), clue(0.6, not(constantRatio(profile)))],
  };
}

function accountsDiffer({ accounts }: Profile): Trait {
  const { different } = accounts;
  return {
    strength: ramp(different, 0.2, 0.7),
    says:
      different < 0.5
        ? `The two records of the drive belong to one customer in ${sayShare(1 - different)} of the cases.`
        : `The two records of the drive belong to different customers in ${sayShare(different)} of the cases.`,
  };
}

/** Both records end (and begin) within seconds. */
function sameSecond({ cases }: Profile): Trait {
  const pairs = recordPairs(cases);
  if (pairs.length === 0) return { strength: 0, says: '' };
  const share = shareOf(pairs, ([one, other]) => Math.abs(one.endedAt - other.endedAt) <= 60_000);
  return {
    strength: ramp(share, 0.4, 0.9),
    says: `Both records end within a minute of each other, in the same vehicle, in ${sayShare(share)} of the cases.`,
  };
}

function recordsAlike({ cases }: Profile): Trait {
  const pairs = recordPairs(cases);
  if (pairs.length === 0) return { strength: 0, says: '' };
  const share = shareOf(
    pairs,
    ([one, other]) =>
      Math.abs(one.endedAt - other.endedAt) <= 5000 &&
      one.amountDue.amountMinor === other.amountDue.amountMinor &&
      one.vehicleId === other.vehicleId,
  );
  return {
    strength: ramp(share, 0.4, 0.9),
    says: `${sayShare(share)} of the second records say the same of vehicle, times and price under a new id.`,
  };
}

function recordPairs(cases: Profile['cases']): readonly (readonly [Rental, Rental])[] {
  return cases.flatMap(({ finding }) => {
    const { rental, otherRental } = finding.evidence;
    return rental === null || otherRental === null ? [] : [[rental, otherRental] as const];
  });
}

/** Two amounts for one rental, one of them the price and the other far above it. */
function correctedWithoutVoid({ cases, classShare }: Profile): Trait {
  const share = shareOf(cases, isCorrected);
  return {
    strength: ramp(share, 0.3, 0.75) * ramp(classShare.double_charge, 0.2, 0.5),
    says: `In ${sayShare(share)} of the cases one of the two amounts is the price and the other is another amount: a correction was charged and the wrong charge never taken back.`,
  };
}

function isCorrected({ finding, first, second }: Profile['cases'][number]): boolean {
  const one = first?.payment?.amount.amountMinor;
  const other = second?.payment?.amount.amountMinor;
  if (one === undefined || other === undefined || one === other) return false;
  const owed = finding.evidence.rental?.amountDue.amountMinor ?? other;
  return (one === owed || other === owed) && Number(one) > Number(other) * 1.15;
}

/** The wrong amount stands for hours that nobody drove. */
function ranTooLong({ cases, amounts }: Profile): Trait {
  const factors = amounts.legRatios.map((ratio) => Math.max(ratio, 1 / ratio)).sort((one, other) => one - other);
  const durations = cases
    .flatMap(({ finding: { evidence } }) =>
      evidence.rental?.startedAt == null ? [] : [evidence.rental.endedAt - evidence.rental.startedAt],
    )
    .sort((one, other) => one - other);
  const factor = quantile(factors, 0.5);
  return {
    strength: Math.max(
      factors.length < cases.length / 4 ? 0 : ramp(factor, 1.3, 2.5),
      ramp(quantile(durations, 0.5), 6 * HOUR_MS, 24 * HOUR_MS),
    ),
    says: `The wrong amount is ${factor.toFixed(1)} times the other (median), as if the drive had gone on; the rentals last ${sayDuration(quantile(durations, 0.5))} in the records.`,
  };
}

function overlaps({ cases }: Profile): Trait {
  const share = shareOf(cases, ({ finding }) => finding.evidence.otherRental !== null && finding.grade === 'possible');
  if (!cases.some(({ finding }) => finding.evidence.rental?.startedAt != null)) return { strength: null, says: '' };
  return {
    strength: ramp(share, 0.1, 0.5),
    says: `${sayShare(share)} of the rentals overlap another of the same vehicle in part.`,
  };
}

function lostSignal({ attributes }: Profile): Trait {
  const words = attributes
    .map((each) => ({
      name: each.name,
      share: shareOf(each.values, (pair) => pair.some((value) => LOST.test(value))) * each.present,
    }))
    .sort((one, other) => other.share - one.share)[0];
  if (words === undefined || words.share < 0.2) return { strength: null, says: '' };
  return {
    strength: ramp(words.share, 0.2, 0.6),
    says: `${sayShare(words.share)} say that contact was lost or the end was corrected (column ${words.name}).`,
  };
}

const LOST =
  /comms.?lost|lost.?(end|signal|contact)|no.?signal|offline|correct|korrektur|rettific|manual.?end|forced.?end|nachtrag/i;

function constantRatio({ amounts, classShare }: Profile): Trait {
  const { constant } = amounts;
  if (constant === null || classShare.overcharge < 0.3) return { strength: 0, says: '' };
  return {
    strength: ramp(constant.share, 0.4, 0.85) * (Math.abs(constant.factor - 1) < 0.005 ? 0 : 1),
    says: `${sayShare(constant.share)} of the wrong amounts are the price times ${sayFactor(constant.factor)}.`,
  };
}

function sayFactor(factor: number): string {
  const whole = Math.round(factor);
  return Math.abs(factor - whole) < 0.004 * factor && whole > 0 ? String(whole) : factor.toFixed(3);
}

function knownFactor({ amounts }: Profile): Trait {
  if (amounts.constant === null) return { strength: 0, says: '' };
  return {
    strength: amounts.constant.meaning === null ? 0.3 : 1,
    says: `That is what results if ${amounts.constant.meaning ?? 'a rate is applied twice'}.`,
  };
}
