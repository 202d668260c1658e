import type { Rental } from '../../fact/rental.ts';
import type { Finding } from '../finding.ts';
import { obligationKey } from '../match.ts';
import type { Share } from './allocate.ts';
import { openDocket, writeDue, writeUndue } from './docket.ts';
import type { Hearing } from './hearing.ts';
import { holdOf, type Leg, least, most, netLegs, remainingOf } from './leg.ts';
import { type ChargedDrive, type Clash, findOverlaps } from './overlap.ts';
import { reasonOfClash, reasonOfSameDrive } from './reason.ts';

/** What the overlap of drives adds to the verdicts. */
export interface DriveVerdicts {
  readonly findings: readonly Finding[];
  /** Payments whose finding of their own obligation is taken up in one of these: none is named by two. */
  readonly replaced: ReadonlySet<string>;
}

/** Gives back what was taken for further records of one drive; shows drives of a vehicle that cannot both be right. */
export function judgeDrives(hearing: Hearing): DriveVerdicts {
  const findings: Finding[] = [];
  const replaced = new Set<string>();
  const charged = hearing.facts.rentals.flatMap((rental) => chargedDrive(hearing, rental));
  const { sameDrives, clashes } = findOverlaps(charged);
  for (const [first, ...others] of sameDrives) {
    if (first === undefined) continue;
    const [kept = null] = stayingLegs(hearing, first.rental.rentalId);
    for (const { rental } of others) {
      for (const share of sharesOf(hearing, rental.rentalId)) {
        replaced.add(share.leg.payment.paymentId);
        findings.push(writeSameDrive({ hearing, rental, first: first.rental, share, kept }));
      }
    }
  }
  for (const clash of clashes) findings.push(writeClash(hearing, clash));
  return { findings, replaced };
}

function chargedDrive(hearing: Hearing, rental: Rental): ChargedDrive[] {
  if (takenBy(hearing, rental.rentalId) <= 0n) return [];
  const [first] = legsOf(hearing, rental.rentalId).toSorted((a, b) => a.payment.createdAt - b.payment.createdAt);
  return first === undefined ? [] : [{ rental, firstChargedAt: first.payment.createdAt }];
}

/** The charges that still hold money of a rental, those that name it first. */
function legsOf(hearing: Hearing, rentalId: string): readonly Leg[] {
  const weighed = hearing.weighed.get(obligationKey(rentalId, 'rental'));
  return [...netLegs(weighed?.obligation.legs ?? []), ...(hearing.explained.get(rentalId) ?? [])];
}

function takenBy(hearing: Hearing, rentalId: string): bigint {
  const weighed = hearing.weighed.get(obligationKey(rentalId, 'rental'));
  const explained = hearing.explained.get(rentalId) ?? [];
  return explained.reduce((sum, leg) => sum + remainingOf(leg), weighed?.taken ?? 0n);
}

function suspectShares(hearing: Hearing, rentalId: string): ReadonlyMap<Leg, Share> {
  const weighed = hearing.weighed.get(obligationKey(rentalId, 'rental'));
  return new Map(weighed?.suspects.map(({ share }) => [share.leg, share]));
}

function stayingLegs(hearing: Hearing, rentalId: string): readonly Leg[] {
  const given = suspectShares(hearing, rentalId);
  const legs = legsOf(hearing, rentalId);
  const staying = legs.filter((leg) => !given.has(leg));
  return staying.length > 0 ? staying : legs;
}

/**
 * What the record's charges give back beyond its own excess: all that was taken for it. A charge that is wrong in its
 * own obligation for a part becomes wrong as a whole; one that is wrong as a whole stays with that finding.
 */
function sharesOf(hearing: Hearing, rentalId: string): readonly Share[] {
  const weighed = hearing.weighed.get(obligationKey(rentalId, 'rental'));
  const own = suspectShares(hearing, rentalId);
  let left = takenBy(hearing, rentalId) - (weighed?.excess ?? 0n);
  let looseOnTheWay = weighed?.obligation.loose.onTheWay ?? 0n;
  return legsOf(hearing, rentalId).flatMap((leg) => {
    const before = own.get(leg) ?? { leg, give: 0n, held: 0n };
    const more = least(left, remainingOf(leg) - before.give - before.held);
    if (more <= 0n) return [];
    left -= more;
    const looseHeld = least(looseOnTheWay, more);
    looseOnTheWay -= looseHeld;
    const held = least(more, looseHeld + most(0n, holdOf(leg) - before.held));
    return [{ leg, give: before.give + more - held, held: before.held + held }];
  });
}

function writeSameDrive(input: {
  readonly hearing: Hearing;
  readonly rental: Rental;
  readonly first: Rental;
  readonly share: Share;
  readonly kept: Leg | null;
}): Finding {
  const { hearing, rental, first, share, kept } = input;
  return writeDue({
    docket: driveDocket(hearing, rental, first),
    class: 'duplicate_record',
    grade: 'probable',
    share,
    kept: kept?.payment ?? null,
    reason: reasonOfSameDrive({ rental, first, share, kept, asOf: hearing.setting.asOf }),
  });
}

function writeClash(hearing: Hearing, clash: Clash): Finding {
  const { rental } = clash.suspect;
  const other = clash.other.rental;
  const [wrong] = stayingLegs(hearing, rental.rentalId);
  return writeUndue({
    docket: driveDocket(hearing, rental, other),
    findingId: `fnd_rental_${rental.rentalId}`,
    class: 'duplicate_record',
    grade: 'possible',
    amount: wrong?.payment.amount ?? rental.amountDue,
    accountId: rental.accountId,
    wrong: wrong?.payment ?? null,
    kept: stayingLegs(hearing, other.rentalId)[0]?.payment ?? null,
    reason: reasonOfClash({ rental, other, further: clash.further }),
  });
}

function driveDocket(hearing: Hearing, rental: Rental, otherRental: Rental) {
  const obligation = hearing.weighed.get(obligationKey(rental.rentalId, 'rental'))?.obligation ?? null;
  return openDocket({
    rentalId: rental.rentalId,
    rental,
    otherRental,
    obligation,
    legs: [...(obligation?.legs ?? []), ...(hearing.explained.get(rental.rentalId) ?? [])],
    bank: hearing.matched.bank,
    given: hearing.facts.layers,
  });
}
