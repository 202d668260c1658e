import { HOUR_MS, MINUTE_MS } from '../src/core/kernel/time.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Fault, Swarm } from './swarm.ts';

/**
 * What becomes of every rental, known before anything runs. A rental's place is a reversible permutation of its index,
 * and everything about it follows from its place: whoever sees a rental's id anywhere knows what was owed for it,
 * without asking the system under test.
 */
export interface Oracle {
  readonly rentals: readonly RentalStory[];
  readonly accounts: readonly AccountStory[];
  rental(rentalId: string): RentalStory | null;
  account(accountId: string): AccountStory | null;
}

/** How the upstream system says the rental. */
export type Telling = 'once' | 'twice' | 'otherwise' | 'by_two';
/** What is said about it later. */
export type Later = 'nothing' | 'voided' | 'corrected';
/** What somebody does at the provider without us. */
export type Outside = 'nothing' | 'refund' | 'refund_fails' | 'capture_outside' | 'capture_foreign';

export interface RentalStory {
  readonly index: number;
  readonly rentalId: string;
  readonly accountId: string;
  readonly market: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly minutes: number;
  /** Null where the plan prices it. */
  readonly statedMinor: bigint | null;
  readonly telling: Telling;
  readonly later: Later;
  /** From the rental's end until it is voided or corrected. */
  readonly laterAfterMs: number;
  /** What is stated by the correction. */
  readonly correctedMinor: bigint;
  /** Where a plan prices it: by how much longer it was than first said. */
  readonly correctedByMinutes: number;
  readonly outside: Outside;
  readonly outsideAfterMs: number;
}

export type Card = 'good' | 'declined_once' | 'declined_always' | 'pending' | 'pending_fails' | 'disputed';

export interface AccountStory {
  readonly index: number;
  readonly accountId: string;
  readonly market: string;
  readonly card: Card;
  readonly method: 'there' | 'missing_at_first' | 'changes';
  readonly methodAfterMs: number;
  readonly isPlan: boolean;
  /** Minutes given, in the home market, valid throughout. */
  readonly minutesGiven: number;
  /** Given before anything else happened: then it is certain how many are used. */
  readonly minutesBeforeRides: boolean;
  /** Minutes given elsewhere, that lapse unused. */
  readonly minutesLapsing: number;
  readonly lotGrantedTwice: boolean;
}

export const MARKETS = [
  { market: 'roma', timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 },
  { market: 'london', timeZone: 'Europe/London', currency: 'GBP', vatBasisPoints: 2000 },
] as const;

/** Smallest stated amount. 0.57 is no binary fraction, so that an amount that went through one is off by a cent. */
const STATED_LEAST = 57n;

export const PLAN_ID = 'minutes';

/** Price of the simulator's plan, in minor units a begun minute: linear, so that the order of rentals cannot matter. */
export const PLAN_MINUTE_MINOR = 25;

/** Mean number of rentals an account. Fewer than 8, so that amounts of 3^15 suffice (14 348 907 minor units). */
const RENTALS_AN_ACCOUNT = 6;

export function tell(swarm: Swarm): Oracle {
  const chance = chanceOf(swarm.seed, 'oracle');
  const count = swarm.rentals;
  const accountCount = Math.max(4, Math.ceil(count / RENTALS_AN_ACCOUNT));
  const accounts = Array.from({ length: accountCount }, (_, index) => tellAccount(swarm, chance, index));
  const step = coprimeTo(count, chance);
  const shift = chance.int(count);
  const rentals = Array.from({ length: count }, (_, index) => {
    const place = (index * step + shift) % count;
    const account = accounts[place % accountCount];
    if (account === undefined) throw new Error('no account');
    return tellRental({ swarm, chance, index, rank: Math.floor(place / accountCount), account });
  });
  const rentalOf = new Map(rentals.map((rental) => [rental.rentalId, rental]));
  const accountOf = new Map(accounts.map((account) => [account.accountId, account]));
  return {
    rentals,
    accounts,
    rental: (rentalId) => rentalOf.get(rentalId) ?? null,
    account: (accountId) => accountOf.get(accountId) ?? null,
  };
}

function tellAccount(swarm: Swarm, chance: Chance, index: number): AccountStory {
  const drawn = drawer(swarm, chance);
  const isPlan = chance.happens(0.3);
  return {
    index,
    accountId: `acc${index}`,
    market: chance.pick(MARKETS).market,
    card: drawn<Card>('good', [
      ['card_declined_once', 'declined_once'],
      ['card_declined_always', 'declined_always'],
      ['provider_pending', 'pending'],
      ['provider_fails_late', 'pending_fails'],
      ['dispute_lost', 'disputed'],
      ['dispute_won', 'disputed'],
      ['dispute_open', 'disputed'],
    ]),
    method: drawn<AccountStory['method']>('there', [
      ['method_missing', 'missing_at_first'],
      ['method_changed', 'changes'],
    ]),
    methodAfterMs: chance.int(swarm.spanMs + 6 * HOUR_MS),
    isPlan,
    // Said again after a restore, rentals draw on free minutes in another order, and cost otherwise than was taken.
    minutesGiven: isPlan && chance.happens(0.6) && !swarm.faults.has('store_restored') ? chance.between(1, 120) : 0,
    minutesBeforeRides: chance.happens(0.5),
    minutesLapsing: chance.happens(0.2) ? chance.between(1, 60) : 0,
    lotGrantedTwice: swarm.faults.has('lot_granted_twice') && chance.happens(0.5),
  };
}

function tellRental(parts: {
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly index: number;
  readonly rank: number;
  readonly account: AccountStory;
}): RentalStory {
  const { swarm, chance, index, rank, account } = parts;
  const drawn = drawer(swarm, chance);
  const minutes = chance.between(1, 90);
  // By the clock of the one who says them: never in the future of whoever hears them.
  const endedAt = swarm.startAt + Math.floor((swarm.spanMs * (index + chance.unit())) / swarm.rentals);
  return {
    index,
    rentalId: `r${index}`,
    accountId: account.accountId,
    market: account.market,
    startedAt: endedAt - minutes * MINUTE_MS,
    endedAt,
    minutes,
    // No sum of some of an account's amounts is the sum of others, even where one counts twice.
    statedMinor: account.isPlan ? null : STATED_LEAST * 3n ** BigInt(2 * rank),
    telling: drawn<Telling>('once', [
      ['rental_said_twice', 'twice'],
      ['rental_said_otherwise', 'otherwise'],
      ['rental_said_by_two', 'by_two'],
    ]),
    later: drawn<Later>('nothing', [
      ['rental_voided', 'voided'],
      ['rental_corrected', 'corrected'],
    ]),
    laterAfterMs: chance.int(swarm.spanMs + HOUR_MS),
    correctedByMinutes: 7,
    correctedMinor: STATED_LEAST * 3n ** BigInt(2 * rank + 1),
    outside: drawn<Outside>('nothing', [
      ['refund_outside', 'refund'],
      ['refund_outside_fails', 'refund_fails'],
      ['capture_outside', 'capture_outside'],
      ['capture_foreign', 'capture_foreign'],
    ]),
    outsideAfterMs: MINUTE_MS + chance.int(swarm.spanMs + 12 * HOUR_MS),
  };
}

/** One of the stories whose fault is on, each with its probability; else the ordinary one. */
function drawer(swarm: Swarm, chance: Chance) {
  return <T>(ordinary: T, stories: readonly (readonly [Fault, T])[]): T => {
    let told = ordinary;
    for (const [fault, story] of stories) if (chance.happens(swarm.probability[fault])) told = story;
    return told;
  };
}

function coprimeTo(count: number, chance: Chance): number {
  for (let step = 1 + chance.int(count); ; step++) if (gcd(step, count) === 1) return step;
}

function gcd(one: number, other: number): number {
  return other === 0 ? one : gcd(other, one % other);
}
