import type { Observation } from '../../../src/core/fact/observation.ts';
import { afterChange, attemptOf } from '../../../src/core/live/charge/case.ts';
import { nextStep } from '../../../src/core/live/charge/next-step.ts';
import { observe, type Sighting } from '../../../src/core/live/charge/observe.ts';
import { proveAbsent } from '../../../src/core/live/charge/prove-absent.ts';
import { adopt, begin, defer, giveUp, park } from '../../../src/core/live/charge/take-step.ts';
import type { ChargeCase, ChargeChange } from '../../../src/core/live/charge.ts';
import { LAG, LIFE, NOW, POLICY, type ProviderCapture, type Seen, type State, tick, type Worker } from './state.ts';

/** The rules of the charge, each of which a careless author might leave out. */
export interface Rules {
  readonly nextStep: typeof nextStep;
  readonly observe: typeof observe;
  readonly proveAbsent: typeof proveAbsent;
  /** Whether the attempt is committed before the call. */
  readonly writesFirst: boolean;
  /** Whether the horizon is looked at once more when the socket is written. */
  readonly looksAtSocket: boolean;
  readonly keyOfSend: (key: string, sends: number) => string;
}

export const RULES: Rules = {
  nextStep,
  observe,
  proveAbsent,
  writesFirst: true,
  looksAtSocket: true,
  keyOfSend: (key) => key,
};

export interface Move {
  readonly name: string;
  readonly to: State;
}

const MOMENT = { now: NOW, policy: POLICY };
const LEASE = 1;
const DIGEST = '1'.repeat(64);

/** Everything that can happen next. */
export function movesOf(state: State, rules: Rules): readonly Move[] {
  return [
    { name: 'time passes', to: tick(state) },
    ...state.workers.flatMap((worker, index) => movesOfWorker(state, worker, index, rules)),
    ...movesOfNetwork(state),
    ...movesOfWebhooks(state, rules),
  ];
}

function movesOfWorker(state: State, worker: Worker, index: number, rules: Rules): readonly Move[] {
  const put = (next: Worker, more: Partial<State>): State => ({
    ...state,
    ...more,
    workers: state.workers.map((one, place) => (place === index ? next : one)),
  });
  const who = `worker ${index + 1}`;
  if (worker.at === 'idle') return claim(state, put, who);
  const moves = goOn(state, worker, { put, who, rules });
  if (state.crashes === 0) return moves;
  return [...moves, { name: `${who} dies ${worker.at}`, to: put({ at: 'idle' }, { crashes: state.crashes - 1 }) }];
}

type Put = (next: Worker, more: Partial<State>) => State;

function claim(state: State, put: Put, who: string): readonly Move[] {
  const { intent } = state.found;
  if (intent.runAt === null || intent.runAt > NOW || state.leaseUntil > NOW) return [];
  const found: ChargeCase = { ...state.found, intent: { ...intent, version: intent.version + 1 } };
  return [{ name: `${who} claims`, to: put({ at: 'claimed', found }, { found, leaseUntil: NOW + LEASE }) }];
}

function goOn(
  state: State,
  worker: Exclude<Worker, { at: 'idle' }>,
  hand: { readonly put: Put; readonly who: string; readonly rules: Rules },
): readonly Move[] {
  const { put, who, rules } = hand;
  switch (worker.at) {
    case 'claimed':
      return takeStep(state, worker.found, hand);
    case 'sending':
      return send(state, worker, hand);
    case 'waiting': {
      const seen = (what: Seen): Worker => ({ ...worker, at: 'knowing', seen: what });
      return [{ name: `${who} hears nothing`, to: put(seen('unknown'), {}) }];
    }
    case 'asking':
      return lookUp(state, worker.generation).map((what) => ({
        name: `${who} looks up: ${what}`,
        to: put({ ...worker, at: 'knowing', seen: what }, {}),
      }));
    case 'knowing': {
      const sighting = sightingOf(state, worker.generation, worker.seen);
      const to = { ...record(state, sighting, worker.found, rules) };
      return [{ name: `${who} writes ${worker.seen}`, to: { ...to, workers: put({ at: 'idle' }, {}).workers } }];
    }
  }
}

function takeStep(
  state: State,
  found: ChargeCase,
  { put, who, rules }: { readonly put: Put; readonly who: string; readonly rules: Rules },
): readonly Move[] {
  const step = rules.nextStep(found, MOMENT);
  const writes = (change: ChargeChange | null): readonly Move[] => [
    { name: `${who}: ${step.kind}`, to: { ...apply(state, change), workers: put({ at: 'idle' }, {}).workers } },
  ];
  switch (step.kind) {
    case 'start': {
      const change = begin(found, { ...step, requestDigest: DIGEST, leaseUntil: NOW }, MOMENT);
      const { generation } = step;
      const after = afterChange(found, change);
      if (!rules.writesFirst)
        return [{ name: `${who}: start`, to: put({ at: 'sending', found: after, generation }, {}) }];
      if (state.found.intent.version !== change.version) return writes(null);
      return [
        {
          name: `${who}: start`,
          to: { ...apply(state, change), workers: put({ at: 'sending', found: after, generation }, {}).workers },
        },
      ];
    }
    case 'resend':
      return [{ name: `${who}: resend`, to: put({ at: 'sending', found, generation: step.attempt.generation }, {}) }];
    case 'look_up':
      return [{ name: `${who}: look up`, to: put({ at: 'asking', found, generation: step.attempt.generation }, {}) }];
    case 'check_listing': {
      // The listing loop reads to the lag, and what it finds is written before it says how far it has come.
      const listed = state.captures.filter((capture) => capture.at < NOW - LAG);
      const heard = listed.reduce((before, capture) => hear(before, capture, rules), state);
      const isStale = heard.found.intent.version !== found.intent.version;
      if (isStale) return [{ name: `${who}: listed`, to: { ...heard, workers: put({ at: 'idle' }, {}).workers } }];
      return writes(rules.proveAbsent(found, step.attempt, NOW - LAG, MOMENT) ?? defer(found, NOW + LAG, MOMENT));
    }
    case 'wait':
      return writes(defer(found, step.until, MOMENT));
    case 'adopt':
      return writes(adopt(found, MOMENT));
    case 'give_up':
      return writes(giveUp(found, MOMENT));
    case 'park':
      return writes(park(found, step.reason, MOMENT));
    // Nobody forgets here: nothing is seen but of attempts that are known.
    case 'hear':
    case 'stop':
      return writes(null);
  }
}

function send(
  state: State,
  worker: Extract<Worker, { at: 'sending' }>,
  { put, who, rules }: { readonly put: Put; readonly who: string; readonly rules: Rules },
): readonly Move[] {
  const attempt = attemptOf(worker.found, worker.generation);
  if (attempt === null) return [];
  if (rules.looksAtSocket && NOW >= attempt.horizonAt) {
    return [{ name: `${who} is late`, to: put({ ...worker, at: 'knowing', seen: 'unknown' }, {}) }];
  }
  const sends = state.sends + 1;
  const key = rules.keyOfSend(attempt.idempotencyKey, sends);
  const counted = key === attempt.idempotencyKey ? state.sends : sends;
  const request = {
    id: Math.max(0, ...state.requests.map((one) => one.id)) + 1,
    key,
    generation: worker.generation,
    until: NOW + LIFE,
    copies: 1,
  };
  const waiting: Worker = { ...worker, at: 'waiting', request: request.id };
  return [{ name: `${who} sends`, to: put(waiting, { requests: [...state.requests, request], sends: counted }) }];
}

/** A request arrives, once or once more, or is lost by the end of its time. Its answer comes at once or never. */
function movesOfNetwork(state: State): readonly Move[] {
  return state.requests.flatMap((request) => {
    const known = state.memory.find((one) => one.key === request.key);
    const results: readonly ('succeeded' | 'failed_final')[] =
      known !== undefined ? [known.result] : state.declines > 0 ? ['succeeded', 'failed_final'] : ['succeeded'];
    const again = state.copies > 0 && request.copies === 1;
    return results.flatMap((result) =>
      (again ? [false, true] : [false]).map((staysToo) => ({
        name: `arrives, ${result}${staysToo ? ', and will again' : ''}`,
        to: arrive(state, { request, result, isNew: known === undefined, staysToo }),
      })),
    );
  });
}

function arrive(
  state: State,
  arrival: {
    readonly request: State['requests'][number];
    readonly result: 'succeeded' | 'failed_final';
    readonly isNew: boolean;
    readonly staysToo: boolean;
  },
): State {
  const { request, result, isNew, staysToo } = arrival;
  const others = state.requests.filter((one) => one !== request);
  const captured = isNew && result === 'succeeded';
  const capture = { ref: `ch${state.captures.length + 1}`, generation: request.generation, at: NOW };
  return {
    ...state,
    requests: staysToo ? [...others, { ...request, copies: 2 }] : others,
    copies: staysToo ? state.copies - 1 : state.copies,
    declines: isNew && result === 'failed_final' ? state.declines - 1 : state.declines,
    memory: isNew ? [...state.memory, { key: request.key, since: NOW, result }] : state.memory,
    captures: captured ? [...state.captures, capture] : state.captures,
    workers: state.workers.map((worker) =>
      worker.at === 'waiting' && worker.request === request.id ? { ...worker, at: 'knowing', seen: result } : worker,
    ),
  };
}

/** Any capture may be told of, at any time, any number of times. */
function movesOfWebhooks(state: State, rules: Rules): readonly Move[] {
  return state.captures.map((capture) => ({ name: `event: ${capture.ref}`, to: hear(state, capture, rules) }));
}

function hear(state: State, capture: ProviderCapture, rules: Rules): State {
  const sighting = { generation: capture.generation, observation: observationOf('succeeded', 'event', capture.ref) };
  return record(state, sighting, state.found, rules);
}

/** A capture shows after the lag at the latest; before, it may or may not. */
function lookUp(state: State, generation: number): readonly Seen[] {
  const captures = state.captures.filter((capture) => capture.generation === generation);
  if (captures.some((capture) => capture.at < NOW - LAG)) return ['succeeded'];
  const declined = state.memory.some((one) => one.result === 'failed_final' && one.key.endsWith(`:${generation}`));
  if (captures.length > 0) return ['succeeded', 'absent', 'unknown'];
  return declined ? ['failed_final', 'unknown'] : ['absent', 'unknown'];
}

function sightingOf(state: State, generation: number, seen: Seen): Sighting {
  const ref = state.captures.find((capture) => capture.generation === generation)?.ref ?? null;
  const source = seen === 'absent' ? 'look_up' : 'answer';
  return { generation, observation: observationOf(seen, source, seen === 'succeeded' ? ref : null) };
}

function observationOf(outcome: Seen, source: Observation['source'], providerRef: string | null): Observation {
  return {
    source,
    at: NOW,
    outcome,
    providerRef,
    amount: outcome === 'succeeded' ? { amountMinor: 100n, currency: 'EUR' } : null,
    merchantAccount: 'm',
    declineCode: null,
    detail: outcome,
  };
}

/** As the flow does it: decided on what the worker holds, and again on what stands there if that is not the present. */
function record(state: State, sighting: Sighting, held: ChargeCase, rules: Rules): State {
  const isAhead = held.attempts.length > state.found.attempts.length;
  const isPresent = !isAhead && held.intent.version === state.found.intent.version;
  // Without its rule, the attempt is written together with its outcome.
  if (isAhead && held.intent.version === state.found.intent.version + 1) {
    return apply({ ...state, found: held }, rules.observe(held, sighting, MOMENT));
  }
  return apply(state, rules.observe(isPresent ? held : state.found, sighting, MOMENT));
}

function apply(state: State, change: ChargeChange | null): State {
  if (change === null || change.version !== state.found.intent.version) return state;
  const booked = change.transfers.filter(({ kind }) => kind === 'capture' || kind === 'surplus_capture');
  return {
    ...state,
    found: afterChange(state.found, change),
    leaseUntil: NOW,
    booked: [...state.booked, ...booked.map(({ sourceRef }) => sourceRef)],
  };
}
