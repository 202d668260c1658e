import type { ChargePolicy } from '../../../src/core/live/charge/policy.ts';
import { isAbsentTwice } from '../../../src/core/live/charge/schedule.ts';
import type { Attempt, ChargeCase } from '../../../src/core/live/charge.ts';

/** Lengths of the model's world: the smallest in which every boundary still lies between two instants. */
export const LIFE = 2;
export const LAG = 1;
export const TTL = 4;

export const POLICY: ChargePolicy = {
  horizonMs: 2,
  requestLifeMs: LIFE,
  lookUpLagMs: LAG,
  backoffMs: [1],
  parkAfterMs: 1_000_000,
  pendingParkAfterMs: 1_000_000,
  methodWaitMs: 1,
  dunningMs: [1],
  hardDeclines: [],
  attemptsMax: 3,
  overdueMs: 1_000_000,
};

/** Every state is moved to this instant, so that equal states at different times are one. */
export const NOW = 1000;

/** What a worker is about to do, with nothing but what it read. */
export type Worker =
  | { readonly at: 'idle' }
  | { readonly at: 'claimed'; readonly found: ChargeCase }
  /** The attempt is written; the socket is not. */
  | { readonly at: 'sending'; readonly found: ChargeCase; readonly generation: number }
  | { readonly at: 'waiting'; readonly found: ChargeCase; readonly generation: number; readonly request: number }
  | { readonly at: 'asking'; readonly found: ChargeCase; readonly generation: number }
  | { readonly at: 'knowing'; readonly found: ChargeCase; readonly generation: number; readonly seen: Seen };

export type Seen = 'succeeded' | 'failed_final' | 'unknown' | 'absent';

/** A request between its worker and the provider. */
export interface Request {
  readonly id: number;
  readonly key: string;
  readonly generation: number;
  /** Carried out before this instant, or never. */
  readonly until: number;
  /** How many more times it may arrive. */
  readonly copies: number;
}

/** What the provider remembers of a key. */
export interface Remembered {
  readonly key: string;
  readonly since: number;
  readonly result: 'succeeded' | 'failed_final';
}

export interface ProviderCapture {
  readonly ref: string;
  readonly generation: number;
  readonly at: number;
}

export interface State {
  readonly found: ChargeCase;
  readonly leaseUntil: number;
  /** References that the books hold, with repeats. */
  readonly booked: readonly string[];
  readonly workers: readonly Worker[];
  readonly requests: readonly Request[];
  readonly memory: readonly Remembered[];
  readonly captures: readonly ProviderCapture[];
  /** What may still go wrong. */
  readonly crashes: number;
  readonly declines: number;
  readonly copies: number;
  /** For keys that are new at every send. */
  readonly sends: number;
}

export function firstState(faults: {
  readonly crashes: number;
  readonly declines: number;
  readonly copies: number;
}): State {
  const key = { accountId: 'a', rentalId: 'r', purpose: 'rental', occurrence: 1 } as const;
  const paymentMethod = { provider: 'p', merchantAccount: 'm', customerRef: 'c', methodRef: 'pm' };
  return {
    found: {
      intent: {
        key,
        state: 'due',
        amount: { amountMinor: 100n, currency: 'EUR' },
        provider: 'p',
        runAt: NOW,
        version: 1,
        declines: 0,
        createdAt: NOW,
      },
      attempts: [],
      paymentMethod,
      captures: [],
      sightings: [],
    },
    leaseUntil: NOW,
    booked: [],
    workers: [{ at: 'idle' }, { at: 'idle' }],
    requests: [],
    memory: [],
    captures: [],
    ...faults,
    sends: 0,
  };
}

/** Moved one instant into the past, but never further than makes a difference to any rule. */
function older(time: number, limit: number): number {
  return Math.max(time - 1, limit);
}

/** Apart enough: that is all that is asked of them from then on. Before, only how long ago the first was. */
function olderAbsence(attempt: Attempt): readonly number[] {
  if (isAbsentTwice(attempt, POLICY)) return [NOW - 4 * LAG, NOW - 2 * LAG];
  return attempt.absentAt.slice(0, 1).map((at) => older(at, NOW - 2 * LAG));
}

/** The same state one instant later, seen from `NOW` again. */
export function tick(state: State): State {
  const shift = (found: ChargeCase): ChargeCase => ({
    ...found,
    intent: {
      ...found.intent,
      createdAt: NOW,
      runAt: found.intent.runAt === null ? null : older(found.intent.runAt, NOW),
    },
    attempts: found.attempts.map((attempt) => ({
      ...attempt,
      sentAt: older(attempt.sentAt, NOW - 1),
      horizonAt: older(attempt.horizonAt, NOW - LIFE - LAG),
      absentAt: olderAbsence(attempt),
    })),
    captures: found.captures.map((capture) => ({ ...capture, capturedAt: NOW })),
  });
  return {
    ...state,
    found: shift(state.found),
    leaseUntil: older(state.leaseUntil, NOW),
    workers: state.workers.map((worker) => (worker.at === 'idle' ? worker : { ...worker, found: shift(worker.found) })),
    // Assumption A1: no request outlives its time.
    requests: state.requests.map((one) => ({ ...one, until: one.until - 1 })).filter((one) => one.until > NOW),
    memory: state.memory.map((one) => ({ ...one, since: one.since - 1 })).filter((one) => one.since + TTL > NOW),
    captures: state.captures.map((one) => ({ ...one, at: older(one.at, NOW - 2 * LAG) })),
  };
}

/** Equal for states between which no rule can tell. */
export function nameOf(state: State): string {
  const { requests, memory, captures, crashes, declines, copies, sends, booked, leaseUntil } = state;
  const workers = state.workers.map((worker) => nameOfWorker(worker, state)).sort();
  const world = [requests, memory, captures, crashes, declines, copies, sends, booked, leaseUntil];
  return JSON.stringify([nameOfCase(state.found), workers, world]);
}

function nameOfCase({ intent, attempts, captures }: ChargeCase): unknown {
  return [
    intent.state,
    intent.runAt === null ? null : Math.max(intent.runAt, NOW),
    intent.declines,
    attempts.map((one) =>
      one.state === 'failed_final' ? 'failed' : [one.state, one.sentAt, one.horizonAt, one.absentAt],
    ),
    captures.map((capture) => [capture.providerRef, capture.isSurplus]),
  ];
}

/** What was read counts only while it is the present, but for what is done without looking again. */
function nameOfWorker(worker: Worker, { found }: State): string {
  if (worker.at === 'idle') return 'idle';
  const { found: held, ...rest } = worker;
  const ahead = held.intent.version - found.intent.version;
  const read = ahead === 0 ? 'present' : worker.at === 'knowing' && ahead < 0 ? 'past' : nameOfCase(held);
  return JSON.stringify([rest, Math.sign(ahead), read]);
}
