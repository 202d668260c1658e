import type { Facts } from '../../fact/facts.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { repeatedAttempts, type Setting, type Weighed } from '../detect.ts';
import { explainByRentals } from './keyless-rentals.ts';
import { amountKey, type Explained, type KeylessSuspect, type KeylessVerdict, suspectOf } from './keyless-suspect.ts';
import { holdOf, type Leg, least, netLegs, remainingOf } from './leg.ts';
import { groupBy } from './order.ts';

/** Two charges of one account and amount within this time look alike; SEMANTICS of the scan without rentals. */
const CLOSE_MS = 15 * MINUTE_MS;

/**
 * Judges the charges that name no rental, account by account: attempts that repeat a key are proven, then rentals
 * explain what they can, and what is left over is a double charge of the nearest rental or has none at all.
 * n log n in the facts of the accounts concerned.
 */
export function judgeKeyless(input: {
  readonly keyless: readonly Leg[];
  readonly facts: Facts;
  /** By `obligationKey`. */
  readonly weighed: ReadonlyMap<string, Weighed>;
  readonly setting: Setting;
}): KeylessVerdict {
  const { keyless, facts, weighed, setting } = input;
  const rentals = setting.rentalsTellAccounts ? groupBy(facts.rentals, (rental) => rental.accountId) : null;
  const suspects: KeylessSuspect[] = [];
  const explained: Explained[] = [];
  const quiet: Leg[] = keyless.filter((leg) => remainingOf(leg) <= 0n);
  for (const group of groupBy(keyless, accountOf).values()) {
    const repeated = repeatedAttempts(group, { owed: null, renter: null, asOf: setting.asOf });
    for (const [leg, { basis, kept }] of repeated) {
      suspects.push({ ...suspectOf(leg), class: 'double_charge', grade: 'proven', basis, kept });
    }
    const { accountId } = group[0]?.payment ?? { accountId: null };
    const isRental = (leg: Leg): boolean => accountId !== null && leg.payment.purpose === 'rental';
    const rest = netLegs(group).filter((leg) => !repeated.has(leg));
    const open = rest.filter(isRental);
    const verdict =
      rentals === null
        ? judgeByTime(open)
        : explainByRentals({ legs: open, rentals: rentals.get(accountId ?? '') ?? [], weighed, setting });
    // One account may hold more than a spread can pass as arguments.
    for (const leg of rest) if (!isRental(leg)) quiet.push(leg);
    const isUnread = setting.rentalsUnread?.accountIds.has(accountId ?? '') === true;
    for (const suspect of verdict.suspects) suspects.push(isUnread ? doubt(suspect) : suspect);
    for (const one of verdict.explained) explained.push(one);
    for (const leg of verdict.quiet) quiet.push(leg);
  }
  const settled = settle({ suspects, explained, keyless: new Set(keyless) });
  const standing = settled.filter(({ share }) => share.give > 0n || share.held > 0n);
  const evened = settled.filter(({ share }) => share.give === 0n && share.held === 0n).map(({ share }) => share.leg);
  return { suspects: nameRentals(standing, explained), explained, quiet: [...quiet, ...evened] };
}

/** A rental of the account could not be read, and may be what the charge was for. */
function doubt(suspect: KeylessSuspect): KeylessSuspect {
  if (suspect.grade === 'possible') return suspect;
  return { ...suspect, grade: 'possible', basis: 'rental_unread' };
}

/**
 * Among charges of one account and amount that name no rental nobody can tell which of them a refund in part, or a
 * dispute, was about. So what came back of those that stay counts against those that repeat them: together they owe no
 * more than was taken beyond what the rentals cost, whichever charge is laid to which. Of a charge that stays and names
 * its rental only a dispute or refund under way counts, once; a refund in part belongs to that rental.
 */
function settle(input: {
  readonly suspects: readonly KeylessSuspect[];
  readonly explained: readonly Explained[];
  readonly keyless: ReadonlySet<Leg>;
}): readonly KeylessSuspect[] {
  const { suspects, explained, keyless } = input;
  const wrong = new Set(suspects.map(({ share }) => share.leg));
  const staying = new Set([...explained.map(({ leg }) => leg), ...suspects.flatMap(({ kept }) => kept ?? [])]);
  const pools = new Map<string, Pool>();
  for (const leg of staying) {
    if (wrong.has(leg)) continue;
    const pool = pools.get(poolKey(leg)) ?? { back: 0n, held: 0n };
    if (keyless.has(leg)) pool.back += leg.payment.amount.amountMinor - remainingOf(leg);
    pool.held += holdOf(leg);
    pools.set(poolKey(leg), pool);
  }
  return suspects.map((suspect) => {
    const { leg, give, held } = suspect.share;
    const pool = pools.get(poolKey(leg));
    if (pool === undefined) return suspect;
    const lessBack = least(pool.back, give);
    const lessHeld = least(pool.held, give - lessBack);
    pool.back -= lessBack;
    pool.held -= lessHeld;
    return { ...suspect, share: { leg, give: give - lessBack - lessHeld, held: held + lessHeld } };
  });
}

/** What came back, and what may yet, of the charges of one account and amount that stay. */
interface Pool {
  back: bigint;
  held: bigint;
}

function poolKey(leg: Leg): string {
  return `${accountOf(leg)}\u0000${amountKey(leg)}`;
}

/** What explains the charge that is kept names the rental that the repeated attempt was for. */
function nameRentals(suspects: readonly KeylessSuspect[], explained: readonly Explained[]): readonly KeylessSuspect[] {
  const rentalOf = new Map(explained.map(({ leg, rental }) => [leg, rental]));
  return suspects.map((suspect) => ({
    ...suspect,
    rental: suspect.rental ?? (suspect.kept === null ? null : (rentalOf.get(suspect.kept) ?? null)),
  }));
}

function accountOf(leg: Leg): string {
  return leg.payment.accountId === null ? '' : `=${leg.payment.accountId}`;
}

/** Without rentals only nearness in time is left: the charges of one chain repeat its first. */
function judgeByTime(legs: readonly Leg[]): KeylessVerdict {
  const suspects: KeylessSuspect[] = [];
  const quiet: Leg[] = [];
  for (const group of groupBy(legs, amountKey).values()) {
    let [kept, previous] = [group[0], group[0]];
    for (const leg of group) {
      const isClose = previous !== leg && leg.payment.createdAt - (previous?.payment.createdAt ?? 0) <= CLOSE_MS;
      if (isClose && kept !== undefined) {
        suspects.push({ ...suspectOf(leg), class: 'double_charge', grade: 'possible', basis: 'close_in_time', kept });
      } else {
        kept = leg;
        quiet.push(leg);
      }
      previous = leg;
    }
  }
  return { suspects, explained: [], quiet };
}
