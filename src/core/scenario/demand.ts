import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS, type Window } from '../kernel/time.ts';
import type { Chance } from './chance.ts';
import { atRome, type DayNumber, weekdayOf } from './local-time.ts';
import type { Account, Setting } from './operator.ts';
import { DRIVE_LENGTHS, LONG_DRIVE_LENGTHS, priceOf } from './tariff.ts';

/**
 * One drive as it is made up, before anything is written about it. Only its ids, price and notes are filled in
 * later.
 */
export interface Drive {
  rentalId: string;
  vehicleId: string;
  readonly account: Account;
  readonly startedAt: Instant;
  endedAt: Instant;
  priceMinor: bigint;
  readonly sessionId: string;
  readonly attributes: Record<string, string>;
  /** Set for the two look-alikes that are made of drives and not of payments. */
  readonly alike: 'alike_rentals' | 'two_vehicles_at_once' | null;
}

/** An hour in which more people come home than usual: a match, a concert, the night of the clocks. */
export interface Rush {
  readonly ended: Window;
  /** Part of all accounts, 0 to 1. */
  readonly share: number;
}

/** Drives begun per hour of the day on the clocks in Rome, relative to each other. */
const WORKDAY_HOURS = [4, 2, 1, 1, 1, 3, 10, 26, 34, 22, 16, 17, 22, 22, 18, 19, 24, 34, 38, 32, 24, 18, 14, 8];
const WEEKEND_HOURS = [14, 10, 6, 3, 1, 1, 3, 6, 10, 16, 22, 26, 26, 22, 20, 22, 24, 28, 32, 34, 30, 26, 24, 20];
/** Sunday to Saturday, around 1. */
const WEEKDAYS = [0.8, 0.95, 1, 1, 1.05, 1.15, 1.05];

const LONG_SHARE = 0.007;
const PAUSE_MS = 5 * MINUTE_MS;

/**
 * All drives of everyone, in order of their end. Nobody drives two cars at once, but for the business accounts
 * meant to.
 */
export function drive(
  setting: Setting,
  accounts: readonly Account[],
  rush: Rush | null,
  chance: Chance,
): readonly Drive[] {
  const drives = accounts.flatMap((account) => drivesOf(account, setting, rush, chance));
  drives.sort(
    (one, other) => one.startedAt - other.startedAt || compare(one.account.accountId, other.account.accountId),
  );
  return drives;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function drivesOf(account: Account, setting: Setting, rush: Rush | null, chance: Chance): Drive[] {
  const wishes = Array.from({ length: setting.days }, (_, index) => wishesOn(setting.firstDay + index, account, chance))
    .flat()
    .sort((one, other) => one.from - other.from);
  const free = withoutOverlap(wishes);
  const rushed = rush !== null && chance.happens(rush.share) ? addRush(free, rush, chance) : free;
  return rushed.flatMap((wish) => withLookAlike(wish, rushed, account, chance));
}

function wishesOn(day: DayNumber, account: Account, chance: Chance): Window[] {
  const weekday = weekdayOf(day);
  const mean = (account.drivesPerWeek / 7) * (WEEKDAYS[weekday] ?? 1);
  const hours = weekday === 0 || weekday === 6 ? WEEKEND_HOURS : WORKDAY_HOURS;
  // Three draws of a third of the mean come near a Poisson draw, without a logarithm.
  return [1, 2, 3]
    .filter(() => chance.happens(Math.min(0.95, mean / 3)))
    .map(() => {
      const from = atRome(day, drawHour(hours, chance) * HOUR_MS + chance.integer(0, 3599) * SECOND_MS);
      return { from, to: from + drawLength(chance) };
    });
}

function drawHour(weights: readonly number[], chance: Chance): number {
  let left = chance.next() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    }),
  );
}

function drawLength(chance: Chance): number {
  const table = chance.happens(LONG_SHARE) ? LONG_DRIVE_LENGTHS : DRIVE_LENGTHS;
  return Math.round(chance.fromQuantiles(table) / SECOND_MS) * SECOND_MS;
}

function withoutOverlap(wishes: readonly Window[]): Window[] {
  const kept: Window[] = [];
  for (const wish of wishes) if (wish.from >= (kept.at(-1)?.to ?? 0) + PAUSE_MS) kept.push(wish);
  return kept;
}

function addRush(free: readonly Window[], rush: Rush, chance: Chance): Window[] {
  const to = rush.ended.from + chance.integer(0, Math.floor((rush.ended.to - rush.ended.from) / SECOND_MS)) * SECOND_MS;
  const wish = { from: to - drawLength(chance), to };
  const others = free.filter((other) => !meets(other, wish));
  return [...others, wish].sort((one, other) => one.from - other.from);
}

/** Whether two stretches come nearer to each other than the pause. */
function meets(one: Window, other: Window): boolean {
  return one.from < other.to + PAUSE_MS && other.from < one.to + PAUSE_MS;
}

const ALIKE_SHARE = 0.008;
const TWO_VEHICLES_SHARE = 0.06;

/** Some drives have a twin that is innocent: the same length again later that day, or a colleague in a second car. */
function withLookAlike(wish: Window, others: readonly Window[], account: Account, chance: Chance): Drive[] {
  const own = driveOf(wish, account, null, chance);
  if (account.business && chance.happens(TWO_VEHICLES_SHARE)) {
    const from = wish.from + chance.integer(10, 240) * SECOND_MS;
    const colleague = { from, to: from + (wish.to - wish.from) };
    return [own, driveOf(colleague, account, 'two_vehicles_at_once', chance)];
  }
  if (chance.happens(ALIKE_SHARE)) {
    const from = wish.to + chance.integer(30, 300) * MINUTE_MS;
    const again = { from, to: from + (wish.to - wish.from) };
    if (wish.to - wish.from < DAY_MS && !others.some((other) => meets(other, again))) {
      return [own, driveOf(again, account, 'alike_rentals', chance)];
    }
  }
  return [own];
}

function driveOf(wish: Window, account: Account, alike: Drive['alike'], chance: Chance): Drive {
  const minutes = (wish.to - wish.from) / MINUTE_MS;
  return {
    rentalId: '',
    vehicleId: '',
    account,
    startedAt: wish.from,
    endedAt: wish.to,
    priceMinor: priceOf(wish.to - wish.from),
    sessionId: `s-${chance.hex(12)}`,
    attributes: {
      distance_km: (Math.min(minutes, 90) * (0.2 + 0.15 * chance.next())).toFixed(1),
      end_event: chance.happens(0.9) ? 'app' : 'car',
    },
    alike,
  };
}
