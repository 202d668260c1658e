import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../core/kernel/time.ts';

/** How often something goes wrong: `perMille` of the requests by chance, and the `next` n for certain. */
export interface Fault {
  readonly perMille: number;
  readonly next: number;
}

/** A length of time: exponential around the mean, between its bounds. All zero: at once. */
export interface Delay {
  readonly minMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
}

/** How the provider behaves. Every field is a knob of docs/sandbox.md. */
export interface SandboxProfile {
  readonly name: string;
  /** Whether faults meet only what moves money (payment intents, refunds) or every request. */
  readonly faultsOn: 'money' | 'everything';
  readonly faults: {
    /** The request is lost on the way: nothing happens, the connection drops. */
    readonly requestLost: Fault;
    /** Everything happens, the answer is lost. */
    readonly answerLost: Fault;
    /** 500 and nothing happened. */
    readonly errorBefore: Fault;
    /** 500 although everything happened. */
    readonly errorAfter: Fault;
    /** Everything happened; a proxy answers 502 with a page of HTML. */
    readonly unreadable: Fault;
    /** Everything happens at once, the answer takes `slowBy`. */
    readonly slow: Fault;
    /** The provider captures a payment a second time, by its own mistake. */
    readonly duplicateCapture: Fault;
    /** A line of the ledger is listed twice. */
    readonly duplicateLine: Fault;
  };
  readonly slowBy: Delay;
  /** What every answer takes. */
  readonly latency: Delay;
  readonly idempotency: {
    /** From the first request on; then the key is new again. */
    readonly keepsMs: number;
    /** `everything`: 402, 404, 500 too (Stripe v1). `successes`: what failed is executed again (Checkout.com). */
    readonly keeps: 'everything' | 'successes';
    /** `ignored`: the key does nothing at all. */
    readonly key: 'honoured' | 'ignored';
    /** `ignored`: another body under the same key gets the first answer (Qonto). */
    readonly body: 'compared' | 'ignored';
    /** What a repeat gets: the first answer, or 409 (Mangopay). */
    readonly onReplay: 'answer' | 'conflict';
  };
  /** How long listings leave out what is new; `byId` is the same for a look-up by id. */
  readonly lookUpLag: { readonly listing: Delay; readonly byId: Delay };
  readonly webhooks: {
    readonly delay: Delay;
    /** Before the answer to the request that caused them: the answer is held back. */
    readonly first: Fault;
    readonly twice: Fault;
    readonly never: Fault;
    /** After a further delay, so that later ones overtake it. */
    readonly outOfOrder: Fault;
    readonly outOfOrderBy: Delay;
    /** Tries are given up after this. */
    readonly retriesForMs: number;
  };
  readonly refunds: {
    /** Stay pending that long; zero: succeed at once. */
    readonly pendingFor: Delay;
    /** Fail after having succeeded (the customer's bank sends the money back). */
    readonly lateFailure: Fault;
    readonly lateFailureAfter: Delay;
    /** Older charges are refused. */
    readonly windowMs: number;
    /** `full_only`: parts are refused. */
    readonly parts: 'allowed' | 'full_only';
    /** `held`: pending with insufficient_funds while it is short (cards). `refused`: an error (other methods). */
    readonly whenBalanceShort: 'held' | 'refused';
  };
  readonly disputes: {
    readonly perMille: number;
    readonly after: Delay;
    /** What becomes of one that nobody closes. */
    readonly lostPerMille: number;
    readonly decidedAfterMs: number;
  };
  readonly settlement: {
    readonly feePerMille: number;
    readonly feeFixed: number;
    /** When a balance transaction becomes available and is paid out. */
    readonly availableAfterMs: number;
    /** `daily`: what was booked until then, `availableAfterMs` after the first booking. `never`: it stays. */
    readonly payouts: 'daily' | 'never';
  };
  /** Requests a second, per merchant account; beyond: 429. */
  readonly requestsPerSecond: number;
  /** `on_sight`: any cus_ exists (convenient). `registered`: only those that were created. */
  readonly customers: 'on_sight' | 'registered';
  /** `per_account`: two merchant accounts have objects with the same ids. */
  readonly ids: 'unique' | 'per_account';
}

const NEVER: Fault = { perMille: 0, next: 0 };
const AT_ONCE: Delay = { minMs: 0, meanMs: 0, maxMs: 0 };

/** An honest provider that behaves as Stripe says it does. Every other profile says only what it does otherwise. */
export const HONEST: SandboxProfile = {
  name: 'honest',
  faultsOn: 'money',
  faults: {
    requestLost: NEVER,
    answerLost: NEVER,
    errorBefore: NEVER,
    errorAfter: NEVER,
    unreadable: NEVER,
    slow: NEVER,
    duplicateCapture: NEVER,
    duplicateLine: NEVER,
  },
  slowBy: { minMs: 5 * SECOND_MS, meanMs: 30 * SECOND_MS, maxMs: 2 * MINUTE_MS },
  latency: AT_ONCE,
  idempotency: { keepsMs: DAY_MS, keeps: 'everything', key: 'honoured', body: 'compared', onReplay: 'answer' },
  lookUpLag: { listing: AT_ONCE, byId: AT_ONCE },
  webhooks: {
    delay: { minMs: 0, meanMs: 200, maxMs: 5 * SECOND_MS },
    first: NEVER,
    twice: NEVER,
    never: NEVER,
    outOfOrder: NEVER,
    outOfOrderBy: { minMs: SECOND_MS, meanMs: MINUTE_MS, maxMs: HOUR_MS },
    retriesForMs: 3 * DAY_MS,
  },
  refunds: {
    pendingFor: AT_ONCE,
    lateFailure: NEVER,
    lateFailureAfter: { minMs: DAY_MS, meanMs: 5 * DAY_MS, maxMs: 30 * DAY_MS },
    windowMs: 10 * 365 * DAY_MS,
    parts: 'allowed',
    whenBalanceShort: 'held',
  },
  disputes: {
    perMille: 0,
    after: { minMs: DAY_MS, meanMs: 20 * DAY_MS, maxMs: 120 * DAY_MS },
    lostPerMille: 500,
    decidedAfterMs: 60 * DAY_MS,
  },
  settlement: { feePerMille: 15, feeFixed: 25, availableAfterMs: 2 * DAY_MS, payouts: 'daily' },
  requestsPerSecond: 10_000,
  customers: 'on_sight',
  ids: 'unique',
};

/** What a profile may say: any part of it, the rest is as in `honest`. */
export type ProfilePatch = PartOf<SandboxProfile>;

type PartOf<T> = { readonly [K in keyof T]?: T[K] extends object ? PartOf<T[K]> : T[K] };

/** The profile with what the patch says in place of its own, down to single numbers. */
export function withPatch(profile: SandboxProfile, patch: ProfilePatch): SandboxProfile {
  return merge(profile as unknown as Fields, patch as Fields) as unknown as SandboxProfile;
}

type Fields = Readonly<Record<string, unknown>>;

function merge(base: Fields, patch: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(patch)) {
    const isPart = typeof value === 'object' && value !== null;
    merged[field] = isPart ? merge(base[field] as Fields, value as Fields) : value;
  }
  return merged;
}

/** The words that a knob may have. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  faultsOn: ['money', 'everything'],
  keeps: ['everything', 'successes'],
  key: ['honoured', 'ignored'],
  body: ['compared', 'ignored'],
  onReplay: ['answer', 'conflict'],
  parts: ['allowed', 'full_only'],
  whenBalanceShort: ['held', 'refused'],
  payouts: ['daily', 'never'],
  customers: ['on_sight', 'registered'],
  ids: ['unique', 'per_account'],
};

/** A patch from outside, checked field by field; null where it has a field or a value that no profile has. */
export function readPatch(words: unknown): ProfilePatch | null {
  return fits(words, HONEST as unknown as Fields) ? (words as ProfilePatch) : null;
}

function fits(words: unknown, pattern: Fields): boolean {
  if (typeof words !== 'object' || words === null) return false;
  return Object.entries(words).every(([field, value]) => {
    const known = pattern[field];
    if (typeof known === 'object') return fits(value, known as Fields);
    if (typeof known === 'number') return Number.isSafeInteger(value) && (value as number) >= 0;
    return CHOICES[field]?.includes(value as string) === true;
  });
}

const often = (perMille: number): Fault => ({ perMille, next: 0 });

/** The hostile provider profiles, each a way in which a real one differs from what one hopes. */
export const PROFILES: Readonly<Record<string, ProfilePatch>> = {
  honest: {},
  'replay-errors': {
    faults: { errorAfter: often(100), errorBefore: often(100) },
    idempotency: { keeps: 'everything' },
  },
  'errors-not-kept': {
    faults: { errorAfter: often(100), errorBefore: often(100) },
    idempotency: { keeps: 'successes' },
  },
  '409-on-replay': { faults: { answerLost: often(200) }, idempotency: { onReplay: 'conflict' } },
  'key-ignored': { faults: { answerLost: often(200) }, idempotency: { key: 'ignored' } },
  'short-ttl': { faults: { answerLost: often(200) }, idempotency: { keepsMs: 30 * MINUTE_MS } },
  'body-ignored': { faults: { answerLost: often(200) }, idempotency: { body: 'ignored', keepsMs: 30 * MINUTE_MS } },
  'lagging-look-up': {
    faults: { answerLost: often(200) },
    lookUpLag: {
      listing: { minMs: 0, meanMs: 5 * MINUTE_MS, maxMs: 15 * MINUTE_MS },
      byId: { minMs: 0, meanMs: SECOND_MS, maxMs: MINUTE_MS },
    },
  },
  'webhook-first': { webhooks: { first: often(1000), delay: AT_ONCE } },
  'wild-webhooks': {
    webhooks: { twice: often(300), never: often(100), outOfOrder: often(300) },
  },
  'late-refunds': {
    refunds: {
      pendingFor: { minMs: MINUTE_MS, meanMs: HOUR_MS, maxMs: DAY_MS },
      lateFailure: often(200),
    },
  },
  'refund-window': { refunds: { windowMs: 180 * DAY_MS } },
  'full-refunds-only': { refunds: { parts: 'full_only' } },
  disputes: { disputes: { perMille: 200 } },
  'untidy-settlement': {
    faults: { duplicateLine: often(100), duplicateCapture: often(10) },
    settlement: { feePerMille: 29, feeFixed: 30 },
  },
  lossy: { faults: { requestLost: often(150), answerLost: often(150), unreadable: often(50) } },
  slow: { faults: { slow: often(300) } },
  throttled: { requestsPerSecond: 5 },
};

/** The preset of that name, or null. */
export function profileNamed(name: string): SandboxProfile | null {
  const patch = PROFILES[name];
  return patch === undefined ? null : { ...withPatch(HONEST, patch), name };
}
