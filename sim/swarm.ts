import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import { type Chance, chanceOf } from './chance.ts';

/**
 * Every kind of fault that the world knows. A quarter of the seeds is free of faults, the others switch a random
 * subset on (swarm testing, Groce et al. 2012: features mask each other).
 */
export const FAULTS = [
  'request_lost',
  'response_lost',
  'request_doubled',
  'request_delayed',
  'response_delayed',
  'provider_slow',
  'provider_500_after',
  'provider_500_before',
  'provider_502_unreadable',
  'provider_429',
  'provider_409',
  'provider_keys_short',
  'provider_keys_ignored',
  'provider_body_ignored',
  'provider_errors_not_kept',
  'provider_listing_late',
  'provider_pending',
  'provider_fails_late',
  'provider_captures_twice',
  'provider_line_doubled',
  'provider_down',
  'card_declined_once',
  'card_declined_always',
  'crash_before_effect',
  'crash_unheard',
  'crash_after_effect',
  'restart_late',
  'freeze_short',
  'freeze_past_lease',
  'freeze_past_horizon',
  'clock_skewed',
  'clock_jump',
  'store_lost_before',
  'store_lost_after',
  'store_conflict',
  'store_down',
  'store_disk_full',
  'store_restored',
  'webhook_lost',
  'webhook_doubled',
  'webhook_late',
  'webhook_first',
  'webhook_forged',
  'webhook_replayed',
  'webhook_future',
  'refund_outside',
  'refund_outside_fails',
  'dispute_lost',
  'dispute_won',
  'dispute_open',
  'capture_outside',
  'capture_foreign',
  'rental_said_twice',
  'rental_said_otherwise',
  'rental_said_by_two',
  'rental_voided',
  'rental_corrected',
  'method_missing',
  'method_changed',
  'lot_granted_twice',
  'charging_stopped',
] as const;

export type Fault = (typeof FAULTS)[number];

/** What one seed drew. Times in milliseconds. */
export interface Swarm {
  readonly seed: number;
  readonly faults: ReadonlySet<Fault>;
  readonly rentals: number;
  readonly workers: number;
  readonly callers: number;
  readonly operators: number;
  /** Where virtual time begins: anywhere in ten years, often close to a change of clocks or of the year. */
  readonly startAt: number;
  /** During which rentals end. */
  readonly spanMs: number;
  readonly chargeBatch: number;
  readonly probability: Readonly<Record<Fault, number>>;
  readonly delayMeanMs: number;
  readonly restartMeanMs: number;
  readonly keyTtlMs: number;
  readonly lookUpLagMs: number;
  readonly skewMs: number;
  /** The operator's schedule after declines. */
  readonly dunningMs: readonly number[];
}

/** How often a fault that is on happens where it could: at most this share of the occasions. */
const OFTEN: Readonly<Partial<Record<Fault, number>>> = {
  request_lost: 0.3,
  response_lost: 0.3,
  request_doubled: 0.5,
  crash_before_effect: 0.01,
  crash_unheard: 0.01,
  crash_after_effect: 0.01,
  freeze_short: 0.02,
  freeze_past_lease: 0.01,
  freeze_past_horizon: 0.004,
  store_lost_before: 0.03,
  store_lost_after: 0.1,
  store_conflict: 0.2,
  webhook_lost: 1,
  provider_keys_ignored: 1,
  provider_409: 1,
  provider_429: 1,
  provider_keys_short: 1,
  provider_body_ignored: 1,
  provider_errors_not_kept: 1,
  provider_listing_late: 1,
  provider_captures_twice: 0.03,
  provider_line_doubled: 0.2,
  webhook_doubled: 0.5,
};

const OFTEN_OTHERWISE = 0.3;

/** Nights on which clocks change in Rome, and the turns of years: where local days have 23 or 25 hours, or end late. */
const EDGES = yearsOf(2024, 2033).flatMap((year) => [
  lastSundayUtc(year, 2),
  lastSundayUtc(year, 9),
  Date.UTC(year, 11, 31),
  Date.UTC(year, 1, 28),
]);

export function drawSwarm(seed: number, rentalsWanted: number | null): Swarm {
  const chance = chanceOf(seed, 'swarm');
  const faults = withoutUnbearable(drawFaults(chance));
  const probability = {} as Record<Fault, number>;
  for (const fault of FAULTS) {
    const most = OFTEN[fault] ?? OFTEN_OTHERWISE;
    const drawn = most * (0.1 + 0.9 * chance.unit());
    probability[fault] = faults.has(fault) ? drawn : 0;
  }
  const calm = faults.size === 0;
  return {
    seed,
    faults,
    rentals: rentalsWanted ?? drawRentals(chance),
    workers: chance.between(1, 5),
    callers: chance.between(1, 3),
    operators: chance.between(1, 4),
    startAt: drawStart(chance),
    spanMs: chance.pick([2 * MINUTE_MS, HOUR_MS, DAY_MS, 4 * DAY_MS]),
    chargeBatch: chance.pick([1, 3, 10, 50]),
    probability,
    delayMeanMs: calm ? 10 : chance.pick([10, SECOND_MS, MINUTE_MS, 20 * MINUTE_MS, 2 * HOUR_MS]),
    restartMeanMs: chance.pick([SECOND_MS, 5 * MINUTE_MS, 2 * HOUR_MS, 16 * HOUR_MS]),
    keyTtlMs: faults.has('provider_keys_short') ? chance.pick([5 * MINUTE_MS, 30 * MINUTE_MS]) : 24 * HOUR_MS,
    lookUpLagMs: faults.has('provider_listing_late') ? chance.between(1, 15) * MINUTE_MS : 0,
    dunningMs: chanceOf(seed, 'dunning').pick(DUNNING_MS),
    skewMs: faults.has('clock_skewed') ? chance.pick([1, SECOND_MS, 30 * SECOND_MS]) : 0,
  };
}

/** Slower than any listing is read, and faster: then nothing but the attempts themselves tells what was taken. */
const DUNNING_MS = [
  [DAY_MS, 2 * DAY_MS, 3 * DAY_MS],
  [20 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS],
] as const;

/** Faults that hurt most together: an answer that is lost, and what makes the resend or the look-up wrong. */
const THEMES: readonly (readonly Fault[])[] = [
  ['provider_keys_short', 'response_lost', 'freeze_past_lease', 'freeze_past_horizon'],
  ['provider_keys_short', 'response_lost', 'crash_unheard', 'restart_late'],
  ['provider_errors_not_kept', 'response_lost', 'provider_500_after', 'provider_listing_late'],
  ['store_restored', 'response_lost', 'webhook_lost', 'provider_keys_short'],
  ['card_declined_once', 'response_lost', 'webhook_lost', 'provider_errors_not_kept'],
];

/** Nothing in a quarter of the seeds, everything in a twentieth, else a subset of drawn size. */
function drawFaults(chance: Chance): ReadonlySet<Fault> {
  if (chance.happens(0.25)) return new Set();
  if (chance.happens(0.05)) return new Set(FAULTS);
  const share = chance.unit() * 0.5;
  const drawn = FAULTS.filter(() => chance.happens(share));
  const theme = chance.happens(0.25) ? chance.pick(THEMES) : [];
  return new Set(drawn.length > 0 ? [...drawn, ...theme] : [chance.pick(FAULTS), ...theme]);
}

/** Faults of which nobody claims that they are survived together: docs/simulator.md, limits. */
const UNBEARABLE: readonly (readonly [Fault, readonly Fault[]])[] = [
  ['store_restored', ['rental_corrected', 'refund_outside_fails']],
];

function withoutUnbearable(faults: ReadonlySet<Fault>): ReadonlySet<Fault> {
  const left = new Set(faults);
  for (const [fault, others] of UNBEARABLE) if (left.has(fault)) for (const other of others) left.delete(other);
  return left;
}

/** 20 to 400, 100 on average. */
function drawRentals(chance: Chance): number {
  return 20 + Math.floor(380 * chance.unit() ** 3.75);
}

function drawStart(chance: Chance): number {
  if (chance.happens(0.5)) return chance.pick(EDGES) - chance.int(2 * DAY_MS);
  return Date.UTC(2024, 0, 1) + chance.int(3650) * DAY_MS + chance.int(DAY_MS);
}

function yearsOf(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function lastSundayUtc(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0));
  return lastDay.getTime() - lastDay.getUTCDay() * DAY_MS;
}
