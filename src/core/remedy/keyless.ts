import type { Facts } from '../fact/facts.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { repeatedAttempts, type Setting, type Weighed } from './detect.ts';
import { explainByRentals } from './keyless-rentals.ts';
import { amountKey, type Explained, type KeylessSuspect, type KeylessVerdict, suspectOf } from './keyless-suspect.ts';
import { type Leg, netLegs, remainingOf } from './leg.ts';
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
  const net = netLegs(keyless);
  const rentals = setting.rentalsTellAccounts ? groupBy(facts.rentals, (rental) => rental.accountId) : null;
  const suspects: KeylessSuspect[] = [];
  const explained: Explained[] = [];
  const quiet: Leg[] = keyless.filter((leg) => remainingOf(leg) <= 0n);
  for (const group of groupBy(net, accountOf).values()) {
    const repeated = repeatedAttempts(group, { owed: null, renter: null, asOf: setting.asOf });
    for (const [leg, { basis, kept }] of repeated) {
      suspects.push({ ...suspectOf(leg), class: 'double_charge', grade: 'proven', basis, kept });
    }
    const { accountId } = group[0]?.payment ?? { accountId: null };
    const isRental = (leg: Leg): boolean => accountId !== null && leg.payment.purpose === 'rental';
    const rest = group.filter((leg) => !repeated.has(leg));
    quiet.push(...rest.filter((leg) => !isRental(leg)));
    const open = rest.filter(isRental);
    const verdict =
      rentals === null
        ? judgeByTime(open)
        : explainByRentals({ legs: open, rentals: rentals.get(accountId ?? '') ?? [], weighed, setting });
    suspects.push(...verdict.suspects);
    explained.push(...verdict.explained);
    quiet.push(...verdict.quiet);
  }
  return { suspects, explained, quiet };
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
