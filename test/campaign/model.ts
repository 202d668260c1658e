import { afterRefundChange, refundAttemptOf } from '../../src/core/remedy/refund/case.ts';
import type { ChargeState, SeenRefund } from '../../src/core/remedy/refund/charge-state.ts';
import { proveRefundAbsent, readBack, sightInCharge, sightOfRefund } from '../../src/core/remedy/refund/look-up.ts';
import { mayResend, nextRefundStep } from '../../src/core/remedy/refund/next-step.ts';
import { observeRefund, type RefundSighting } from '../../src/core/remedy/refund/observe.ts';
import type { RefundPolicy } from '../../src/core/remedy/refund/policy.ts';
import { judgePreFlight } from '../../src/core/remedy/refund/pre-flight.ts';
import { refundMetadataOf } from '../../src/core/remedy/refund/reference.ts';
import { adoptRefund, beginRefund } from '../../src/core/remedy/refund/take-step.ts';
import type { RefundAttempt, RefundCase, RefundChange } from '../../src/core/remedy/refund.ts';

/**
 * One refund in every order of everything: two workers, a network that loses and delays, a key that expires, and so
 * many deaths, late failures, refunds by hand and disputes. Half of the charge is owed, so that the provider itself
 * would take the same refund twice.
 */
export interface Rules {
  readonly nextRefundStep: typeof nextRefundStep;
  readonly observeRefund: typeof observeRefund;
  readonly judgePreFlight: typeof judgePreFlight;
  readonly mayResend: typeof mayResend;
  readonly looksAtSocket: boolean;
  readonly keyOfSend: (key: string, sends: number) => string;
}

export const RULES: Rules = {
  nextRefundStep,
  observeRefund,
  judgePreFlight,
  mayResend,
  looksAtSocket: true,
  keyOfSend: (key) => key,
};

const HORIZON = 2;
const LIFE = 1;
const TTL = 3;
const TIME_MAX = 6;

const POLICY: RefundPolicy = {
  horizonMs: HORIZON,
  requestLifeMs: LIFE,
  lookUpLagMs: 0.5,
  backoffMs: [1],
  unreadableMs: 1,
  quarantineAfterMs: 1000,
  pendingQuarantineAfterMs: 1000,
  balanceWaitMs: 1,
  watchForMs: TIME_MAX,
  watchPausesMs: [1],
  generationsMax: 2,
};

const EUR = (minor: bigint) => ({ amountMinor: minor, currency: 'EUR' });
const KEY = { accountId: 'a', planId: 'p', liabilityId: 'l' };
const OWED = 100n;
const CAPTURED = 200n;

type Worker =
  | { readonly at: 'idle' }
  | { readonly at: 'claimed'; readonly found: RefundCase }
  | { readonly at: 'ready'; readonly found: RefundCase; readonly saw: string }
  | { readonly at: 'sending'; readonly found: RefundCase; readonly generation: number; readonly how: 'first' | 'again' }
  | {
      readonly at: 'waiting';
      readonly found: RefundCase;
      readonly generation: number;
      readonly how: 'first' | 'again';
      readonly request: number;
    }
  | {
      readonly at: 'knowing';
      readonly found: RefundCase;
      readonly generation: number;
      readonly how: 'first' | 'again';
      readonly ref: number | null;
    };

interface AtProvider {
  readonly generation: number;
  readonly isOurs: boolean;
  readonly status: 'succeeded' | 'failed';
}

export interface State {
  readonly now: number;
  readonly found: RefundCase;
  readonly leaseUntil: number;
  readonly workers: readonly Worker[];
  readonly requests: readonly {
    readonly id: number;
    readonly key: string;
    readonly generation: number;
    readonly until: number;
  }[];
  readonly memory: readonly { readonly key: string; readonly since: number; readonly ref: number }[];
  readonly refunds: readonly AtProvider[];
  readonly dispute: boolean;
  /** Entries of the books, `kind:ref`. */
  readonly booked: readonly string[];
  readonly sends: number;
  readonly violated: string | null;
  readonly left: Faults;
}

export interface Faults {
  readonly deaths: number;
  readonly lateFailures: number;
  readonly byHand: number;
  readonly disputes: number;
}

export function firstState(faults: Faults): State {
  const owed = EUR(OWED);
  const refund = {
    key: KEY,
    channel: 'original_payment',
    amount: owed,
    provider: 'x',
    merchantAccount: 'm',
    paymentId: 'ch',
    state: 'due',
    reason: '',
    runAt: 0,
    version: 1,
    acceptedAt: null,
    succeededAt: null,
    watchedUntil: null,
    recordedAt: 0,
  } as const;
  const nothing = { reservedMinor: 0n, refundedMinor: 0n, transferredMinor: 0n, creditedMinor: 0n };
  const liability = {
    accountId: 'a',
    liabilityId: 'l',
    incidentId: 'i',
    findingId: 'f',
    kind: 'principal',
    provider: 'x',
    merchantAccount: 'm',
    paymentId: 'ch',
    keptPaymentId: null,
    rentalId: null,
    owed,
    ...nothing,
    elsewhereMinor: 0n,
    unpayableMinor: 0n,
    version: 1,
    recordedAt: 0,
  } as const;
  const campaign = { state: 'running', canary: null, perTenSeconds: 1 } as const;
  return {
    now: 0,
    found: { refund, attempts: [], liability, campaign, lastGeneration: 0 },
    leaseUntil: 0,
    workers: [{ at: 'idle' }, { at: 'idle' }],
    requests: [],
    memory: [],
    refunds: [],
    dispute: false,
    booked: [],
    sends: 0,
    violated: null,
    left: faults,
  };
}

export interface Move {
  readonly name: string;
  readonly to: State;
}

export function movesOf(state: State, rules: Rules): readonly Move[] {
  return [
    ...(state.now < TIME_MAX ? [{ name: 'time passes', to: tick(state) }] : []),
    ...state.workers.flatMap((worker, index) => movesOfWorker(state, { worker, index, rules })),
    ...state.requests.map((request) => ({ name: `arrives: ${request.key}`, to: arrive(state, request) })),
    ...state.refunds.flatMap((_, ref) => eventOf(state, ref, rules)),
    ...movesOfOutside(state),
  ];
}

function tick(state: State): State {
  const now = state.now + 1;
  return {
    ...state,
    now,
    requests: state.requests.filter(({ until }) => until > now),
    memory: state.memory.filter(({ since }) => since + TTL > now),
  };
}

interface Hand {
  readonly worker: Worker;
  readonly index: number;
  readonly rules: Rules;
}

function put(state: State, index: number, worker: Worker, more: Partial<State> = {}): State {
  return { ...state, ...more, workers: state.workers.map((one, at) => (at === index ? worker : one)) };
}

function movesOfWorker(state: State, hand: Hand): readonly Move[] {
  const { worker, index } = hand;
  const who = `worker ${index + 1}`;
  if (worker.at === 'idle') {
    const { runAt, version } = state.found.refund;
    if (runAt === null || runAt > state.now || state.leaseUntil > state.now) return [];
    const found = { ...state.found, refund: { ...state.found.refund, version: version + 1 } };
    return [
      { name: `${who} claims`, to: put(state, index, { at: 'claimed', found }, { found, leaseUntil: state.now + 1 }) },
    ];
  }
  const moves = goOn(state, hand, who);
  if (state.left.deaths === 0) return moves;
  const left = { ...state.left, deaths: state.left.deaths - 1 };
  return [...moves, { name: `${who} dies ${worker.at}`, to: put(state, index, { at: 'idle' }, { left }) }];
}

function chargeOf(state: State): ChargeState {
  const refunds = state.refunds.map((_, ref) => seenOf(state, ref));
  const live = refunds.filter(({ status }) => status === 'succeeded');
  return {
    providerRef: 'ch',
    captured: EUR(CAPTURED),
    refundedMinor: BigInt(live.length) * OWED,
    refunds,
    disputes: state.dispute ? [{ providerRef: 'dp', amount: EUR(CAPTURED), status: 'open' }] : [],
  };
}

function seenOf(state: State, ref: number): SeenRefund {
  const { generation, isOurs, status } = state.refunds[ref] as AtProvider;
  const metadata = isOurs ? refundMetadataOf(KEY, generation) : {};
  const failureCode = status === 'failed' ? 'expired_or_canceled_card' : null;
  return { providerRef: `re${ref}`, amount: EUR(OWED), status, metadata, failureCode, createdAt: 0 };
}

function goOn(state: State, { worker, index, rules }: Hand, who: string): readonly Move[] {
  const moment = { now: state.now, policy: POLICY };
  const idle: Worker = { at: 'idle' };
  switch (worker.at) {
    case 'idle':
      return [];
    case 'claimed': {
      const { found } = worker;
      const step = rules.nextRefundStep(found, moment);
      const charge = chargeOf(state);
      const name = `${who}: ${step.kind}`;
      switch (step.kind) {
        case 'pre_flight': {
          const verdict = rules.judgePreFlight(found, { wrong: charge, kept: null }, moment);
          if (verdict.kind === 'change') return [{ name, to: put(apply(state, verdict.change), index, idle) }];
          if (verdict.kind === 'adopt')
            return [{ name, to: put(apply(state, adoptRefund(found, moment)), index, idle) }];
          const saw = `${charge.refundedMinor > 0n} ${state.dispute}`;
          return [{ name, to: put(state, index, { at: 'ready', found, saw }) }];
        }
        case 'look_up': {
          const seen = { source: 'look_up', at: state.now, merchantAccount: 'm' } as const;
          const sighting = sightInCharge(charge, step.attempt, seen);
          const { generation } = step.attempt;
          if (sighting.observation.outcome === 'absent' && rules.mayResend(found, step.attempt, state.now)) {
            return [
              { name: `${name}: absent`, to: put(state, index, { at: 'sending', found, generation, how: 'again' }) },
            ];
          }
          return [{ name, to: put(record(state, sighting, rules), index, idle) }];
        }
        case 'watch': {
          const seen = { source: 'poll', at: state.now, merchantAccount: 'm' } as const;
          return [{ name, to: put(record(state, sightInCharge(charge, step.attempt, seen), rules), index, idle) }];
        }
        case 'check_listing': {
          const proven = proveRefundAbsent(found, step.attempt, state.now, moment);
          return [{ name, to: put(proven === null ? state : apply(state, proven), index, idle) }];
        }
        case 'wait':
        case 'quarantine':
        case 'stop':
          return [{ name, to: put(state, index, idle) }];
      }
      break;
    }
    case 'ready': {
      const change = beginRefund(worker.found, { requestDigest: 'a'.repeat(64), leaseUntil: state.now }, moment);
      const found = afterRefundChange(worker.found, change);
      const generation = change.attempt?.generation ?? 0;
      const violated = worker.saw === 'false false' ? state.violated : 'SentUnasked';
      const sending: Worker = { at: 'sending', found, generation, how: 'first' };
      if (state.found.refund.version !== change.version)
        return [{ name: `${who} is late`, to: put(state, index, idle) }];
      return [{ name: `${who} begins`, to: put({ ...apply(state, change), violated }, index, sending) }];
    }
    case 'sending': {
      const attempt = refundAttemptOf(worker.found, worker.generation) as RefundAttempt;
      const { generation, how, found } = worker;
      if (rules.looksAtSocket && state.now >= attempt.horizonAt) {
        return [
          {
            name: `${who} is past the horizon`,
            to: put(state, index, { at: 'knowing', found, generation, how, ref: null }),
          },
        ];
      }
      const sends = state.sends + 1;
      const key = rules.keyOfSend(attempt.idempotencyKey, sends);
      const request = { id: sends, key, generation, until: state.now + LIFE + 1 };
      const waiting: Worker = { at: 'waiting', found, generation, how, request: sends };
      return [
        { name: `${who} sends`, to: put(state, index, waiting, { sends, requests: [...state.requests, request] }) },
      ];
    }
    case 'waiting':
      return [{ name: `${who} hears nothing`, to: put(state, index, { ...worker, at: 'knowing', ref: null }) }];
    case 'knowing': {
      const { found, generation, how, ref } = worker;
      const attempt = refundAttemptOf(found, generation) as RefundAttempt;
      const answer = answerOf(state, ref);
      const sighting =
        ref === null
          ? { generation, observation: answer, mismatch: null }
          : readBack(answer, chargeOf(state), { attempt, send: how });
      return [{ name: `${who} writes`, to: put(record(state, sighting, rules), index, idle) }];
    }
  }
}

function answerOf(state: State, ref: number | null): RefundSighting['observation'] {
  const nothing = {
    at: state.now,
    merchantAccount: 'm',
    providerRef: null,
    amount: null,
    declineCode: null,
    detail: '',
  };
  if (ref === null) return { ...nothing, source: 'answer', outcome: 'unknown' };
  if (ref < 0) return { ...nothing, source: 'answer', outcome: 'failed_final', declineCode: 'charge_disputed' };
  return sightOfRefund(seenOf(state, ref), { source: 'answer', at: state.now, merchantAccount: 'm' });
}

/** Refused while a dispute is open, and for more than was captured; else made. Its answer comes at once or never. */
function arrive(state: State, request: State['requests'][number]): State {
  const known = state.memory.find(({ key }) => key === request.key);
  const live = state.refunds.filter(({ status }) => status === 'succeeded').length;
  const isRefused = state.dispute || BigInt(live + 1) * OWED > CAPTURED;
  const ref = known?.ref ?? (isRefused ? -1 : state.refunds.length);
  const made = known === undefined && !isRefused;
  const refund = { generation: request.generation, isOurs: true, status: 'succeeded' } as const;
  return {
    ...state,
    requests: state.requests.filter((one) => one !== request),
    memory: known === undefined ? [...state.memory, { key: request.key, since: state.now, ref }] : state.memory,
    refunds: made ? [...state.refunds, refund] : state.refunds,
    workers: state.workers.map((worker) =>
      worker.at === 'waiting' && worker.request === request.id ? { ...worker, at: 'knowing', ref } : worker,
    ),
  };
}

/** Any refund of ours may be told of, at any time, any number of times. */
function eventOf(state: State, ref: number, rules: Rules): readonly Move[] {
  const refund = state.refunds[ref] as AtProvider;
  if (!refund.isOurs) return [];
  const seen = { source: 'event', at: state.now, merchantAccount: 'm' } as const;
  const observation = sightOfRefund(seenOf(state, ref), seen);
  const sighting = { generation: refund.generation, observation, mismatch: null };
  return [{ name: `event: re${ref}`, to: record(state, sighting, rules) }];
}

function movesOfOutside(state: State): readonly Move[] {
  const { left, refunds, dispute } = state;
  const moves: Move[] = [];
  const live = refunds.filter(({ status }) => status === 'succeeded').length;
  if (left.byHand > 0 && !dispute && BigInt(live + 1) * OWED <= CAPTURED) {
    const byHand = { generation: 0, isOurs: false, status: 'succeeded' } as const;
    moves.push({
      name: 'refunded by hand',
      to: { ...state, refunds: [...refunds, byHand], left: { ...left, byHand: left.byHand - 1 } },
    });
  }
  if (left.disputes > 0 && !dispute) {
    moves.push({ name: 'disputed', to: { ...state, dispute: true, left: { ...left, disputes: left.disputes - 1 } } });
  }
  for (const [at, refund] of refunds.entries()) {
    if (left.lateFailures === 0 || refund.status === 'failed' || !refund.isOurs) continue;
    const failed = refunds.map((one, place) => (place === at ? { ...one, status: 'failed' as const } : one));
    moves.push({
      name: `re${at} fails`,
      to: { ...state, refunds: failed, left: { ...left, lateFailures: left.lateFailures - 1 } },
    });
  }
  return moves;
}

/** As the flow does it: what was seen is decided on what stands there. */
function record(state: State, sighting: RefundSighting, rules: Rules): State {
  const moment = { now: state.now, policy: POLICY };
  const change = rules.observeRefund(state.found, sighting, moment);
  return change === null ? state : apply(state, change);
}

function apply(state: State, change: RefundChange): State {
  if (state.found.refund.version !== change.version) return state;
  const booked = [...state.booked, ...change.transfers.map(({ kind, sourceRef }) => `${kind}:${sourceRef}`)];
  return { ...state, found: afterRefundChange(state.found, change), leaseUntil: state.now, booked };
}

export function violationOf(state: State): string | null {
  const ours = state.refunds.filter(({ isOurs, status }) => isOurs && status === 'succeeded');
  if (ours.length > 1) return 'AtMostOnce';
  if (new Set(state.booked).size < state.booked.length) return 'BookedOnce';
  const { liability } = state.found;
  if (liability.reservedMinor < 0n || liability.refundedMinor < 0n) return 'Counters';
  if (liability.reservedMinor + liability.refundedMinor + liability.elsewhereMinor > OWED) return 'Counters';
  return state.violated;
}

/** Equal for states between which no rule can tell. */
export function nameOf(state: State): string {
  const { found, workers, ...rest } = state;
  const text = (one: unknown) => JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const relative = ({ refund, attempts, liability }: RefundCase) => [
    refund.state,
    refund.runAt,
    attempts,
    liability.reservedMinor,
    liability.refundedMinor,
    liability.elsewhereMinor,
  ];
  const hands = workers.map((worker) => {
    if (worker.at === 'idle') return 'idle';
    const { found: held, ...more } = worker;
    return text([more, held.refund.version - found.refund.version, relative(held)]);
  });
  return text([relative(found), hands.sort(), rest]);
}

export interface Explored {
  readonly states: number;
  readonly counterexample: { readonly violated: string; readonly moves: readonly string[] } | null;
}

interface Node {
  readonly state: State;
  readonly from: Node | null;
  readonly move: string;
}

/** Breadth first, so that the counterexample is a shortest one. */
export function explore(rules: Rules, faults: Faults, statesMax: number): Explored {
  const first: Node = { state: firstState(faults), from: null, move: '' };
  const known = new Set([nameOf(first.state)]);
  const queue: Node[] = [first];
  for (let next = 0; next < queue.length; next += 1) {
    const node = queue[next] as Node;
    for (const { name, to } of movesOf(node.state, rules)) {
      const key = nameOf(to);
      if (known.has(key)) continue;
      known.add(key);
      const reached: Node = { state: to, from: node, move: name };
      const violated = violationOf(to);
      if (violated !== null) return { states: known.size, counterexample: { violated, moves: pathTo(reached) } };
      queue.push(reached);
      if (known.size > statesMax) throw new Error(`more than ${statesMax} states`);
    }
  }
  return { states: known.size, counterexample: null };
}

function pathTo(node: Node): readonly string[] {
  const moves: string[] = [];
  for (let at: Node | null = node; at !== null && at.from !== null; at = at.from) moves.push(at.move);
  return moves.reverse();
}
