import type { Observation } from '../../src/core/fact/observation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import type { ChargePolicy } from '../../src/core/live/charge/policy.ts';
import { idempotencyKeyOf } from '../../src/core/live/charge/reference.ts';
import type { Attempt, Capture, ChargeCase, ChargeIntent } from '../../src/core/live/charge.ts';

/** Cases for tables of tests. */
export const SENT_AT = 1_000_000_000_000;

export const POLICY: ChargePolicy = {
  horizonMs: 12 * HOUR_MS,
  requestLifeMs: HOUR_MS,
  lookUpLagMs: 15 * MINUTE_MS,
  backoffMs: [2 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS],
  parkAfterMs: 3 * DAY_MS,
  pendingParkAfterMs: 14 * DAY_MS,
  methodWaitMs: HOUR_MS,
  dunningMs: [DAY_MS, 3 * DAY_MS],
  hardDeclines: ['stolen_card'],
  attemptsMax: 4,
  overdueMs: DAY_MS,
};

const KEY = { accountId: 'acc_1', rentalId: 'rnt_1', purpose: 'rental', occurrence: 1 } as const;

export const METHOD = { provider: 'stripe', merchantAccount: 'acct_1', customerRef: 'cus_1', methodRef: 'pm_1' };

export function intentOf(state: ChargeIntent['state'], parts: Partial<ChargeIntent>): ChargeIntent {
  return {
    key: KEY,
    state,
    amount: { amountMinor: 1218n, currency: 'EUR' },
    provider: 'stripe',
    runAt: state === 'due' || state === 'in_flight' ? SENT_AT : null,
    version: 7,
    declines: 0,
    createdAt: SENT_AT,
    ...parts,
  };
}

export function attemptIn(state: Attempt['state'], parts: Partial<Attempt>): Attempt {
  const generation = parts.generation ?? 1;
  return {
    key: KEY,
    generation,
    state,
    idempotencyKey: idempotencyKeyOf(KEY, generation),
    requestDigest: '1'.repeat(64),
    paymentMethod: METHOD,
    sentAt: SENT_AT,
    horizonAt: SENT_AT + POLICY.horizonMs,
    providerRef: null,
    declineCode: null,
    absentAt: [],
    ...parts,
  };
}

export function captureOf(providerRef: string, parts: Partial<Capture>): Capture {
  return {
    key: KEY,
    provider: 'stripe',
    merchantAccount: 'acct_1',
    providerRef,
    amount: { amountMinor: 1218n, currency: 'EUR' },
    capturedAt: SENT_AT,
    isSurplus: false,
    ...parts,
  };
}

export function caseWith(intent: ChargeIntent, parts: Partial<ChargeCase>): ChargeCase {
  return { intent, attempts: [], paymentMethod: METHOD, captures: [], sightings: [], ...parts };
}

export function seen(outcome: Observation['outcome'], parts: Partial<Observation>): Observation {
  const tookMoney = outcome === 'succeeded';
  return {
    source: outcome === 'absent' ? 'look_up' : 'answer',
    at: SENT_AT,
    outcome,
    providerRef: tookMoney ? 'ch_1' : null,
    amount: tookMoney ? { amountMinor: 1218n, currency: 'EUR' } : null,
    merchantAccount: 'acct_1',
    declineCode: null,
    detail: outcome,
    ...parts,
  };
}
