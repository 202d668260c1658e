import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import type { RefundCase } from '../refund.ts';
import { afterRefundChange } from './case.ts';
import type { ChargeState, SeenRefund } from './charge-state.ts';
import { proveRefundAbsent, readBack, sightInCharge } from './look-up.ts';
import { mayResend, nextRefundStep } from './next-step.ts';
import { observeRefund, type RefundSighting } from './observe.ts';
import type { RefundPolicy } from './policy.ts';
import { judgePreFlight } from './pre-flight.ts';
import { readRefundMetadata, refundKeyOf, refundMetadataOf } from './reference.ts';
import { beginRefund } from './take-step.ts';

const T0 = Date.UTC(2026, 10, 16, 2);
const POLICY: RefundPolicy = {
  horizonMs: 12 * HOUR_MS,
  requestLifeMs: HOUR_MS,
  lookUpLagMs: 15 * MINUTE_MS,
  backoffMs: [MINUTE_MS],
  unreadableMs: MINUTE_MS,
  quarantineAfterMs: 3 * DAY_MS,
  pendingQuarantineAfterMs: 30 * DAY_MS,
  balanceWaitMs: HOUR_MS,
  watchForMs: 45 * DAY_MS,
  watchPausesMs: [DAY_MS],
  generationsMax: 3,
};
const EUR = (minor: bigint) => ({ amountMinor: minor, currency: 'EUR' });
const KEY = { accountId: 'acc_1', planId: 'pln_1', liabilityId: 'lia_1' };

function at(now: number) {
  return { now, policy: POLICY };
}

const DUE: RefundCase = {
  refund: {
    key: KEY,
    channel: 'original_payment',
    amount: EUR(1450n),
    provider: 'stripe',
    merchantAccount: 'm',
    paymentId: 'ch_2',
    state: 'due',
    reason: '',
    runAt: T0,
    version: 1,
    acceptedAt: null,
    succeededAt: null,
    watchedUntil: null,
    recordedAt: T0,
  },
  attempts: [],
  liability: {
    accountId: 'acc_1',
    liabilityId: 'lia_1',
    incidentId: 'inc_1',
    findingId: 'f_1',
    kind: 'principal',
    provider: 'stripe',
    merchantAccount: 'm',
    paymentId: 'ch_2',
    keptPaymentId: 'ch_1',
    rentalId: 'rnt_1',
    owed: EUR(1450n),
    reservedMinor: 0n,
    refundedMinor: 0n,
    transferredMinor: 0n,
    creditedMinor: 0n,
    elsewhereMinor: 0n,
    unpayableMinor: 0n,
    version: 1,
    recordedAt: T0 - DAY_MS,
  },
  campaign: { state: 'running', canary: null, perTenSeconds: 250 },
  lastGeneration: 0,
};

const KEPT: ChargeState = {
  providerRef: 'ch_1',
  captured: EUR(1450n),
  refundedMinor: 0n,
  refunds: [],
  disputes: [],
};
const WRONG: ChargeState = { ...KEPT, providerRef: 'ch_2' };

function begun(): RefundCase {
  return afterRefundChange(DUE, beginRefund(DUE, { requestDigest: 'a'.repeat(64), leaseUntil: T0 }, at(T0)));
}

function refundOf(changes: Partial<SeenRefund>): SeenRefund {
  return {
    providerRef: 're_1',
    amount: EUR(1450n),
    status: 'succeeded',
    metadata: refundMetadataOf(KEY, 1),
    failureCode: null,
    createdAt: T0,
    ...changes,
  };
}

function saw(changes: Partial<RefundSighting['observation']>): RefundSighting {
  const observation: RefundSighting['observation'] = {
    source: 'answer',
    at: T0,
    outcome: 'succeeded',
    providerRef: 're_1',
    amount: EUR(1450n),
    merchantAccount: 'm',
    declineCode: null,
    detail: '',
    ...changes,
  };
  return { generation: 1, observation, mismatch: null };
}

function withRefunds(...refunds: readonly SeenRefund[]): ChargeState {
  const live = refunds.filter(({ status }) => status === 'succeeded' || status === 'pending');
  return { ...WRONG, refunds, refundedMinor: live.reduce((sum, { amount }) => sum + amount.amountMinor, 0n) };
}

const dispute = (status: 'inquiry' | 'open' | 'won' | 'lost' | 'withdrawn') => [
  { providerRef: 'dp_1', amount: EUR(1450n), status },
];
const BY_HAND = { metadata: {}, providerRef: 're_9' };

test('the key is made of account, liability and generation, at most 255 characters, and read back from metadata', () => {
  assert.equal(refundKeyOf(KEY, 2), 'storno:v1:refund:acc_1:lia_1:2');
  const long = { ...KEY, accountId: 'a'.repeat(100), liabilityId: 'l'.repeat(100) };
  assert.ok(refundKeyOf(long, 100).length <= 255);
  assert.deepEqual(readRefundMetadata(refundMetadataOf(KEY, 2)), { key: KEY, generation: 2 });
  assert.equal(readRefundMetadata({ ...refundMetadataOf(KEY, 2), generation: '3' }), null);
  assert.equal(readRefundMetadata({}), null);
});

const PRE_FLIGHTS: readonly {
  readonly what: string;
  readonly wrong?: ChargeState | 'missing' | null;
  readonly kept?: ChargeState | 'missing' | null;
  readonly becomes: string;
  readonly elsewhere?: bigint;
}[] = [
  { what: 'both legs as they should be', becomes: 'clear' },
  { what: 'the wrong charge unreadable', wrong: null, becomes: 'due' },
  { what: 'the kept charge unreadable', kept: null, becomes: 'due' },
  { what: 'no such charge', wrong: 'missing', becomes: 'quarantined' },
  {
    what: 'another currency',
    wrong: { ...WRONG, captured: { amountMinor: 1450n, currency: 'CHF' } },
    becomes: 'quarantined',
  },
  { what: 'less captured than owed', wrong: { ...WRONG, captured: EUR(1449n) }, becomes: 'quarantined' },
  { what: 'another charge answered', wrong: { ...WRONG, providerRef: 'ch_7' }, becomes: 'quarantined' },
  { what: 'a dispute open', wrong: { ...WRONG, disputes: dispute('open') }, becomes: 'quarantined' },
  { what: 'an inquiry open', wrong: { ...WRONG, disputes: dispute('inquiry') }, becomes: 'quarantined' },
  { what: 'a dispute won', wrong: { ...WRONG, disputes: dispute('won') }, becomes: 'clear' },
  { what: 'a dispute lost', wrong: { ...WRONG, disputes: dispute('lost') }, becomes: 'not_owed', elsewhere: 1450n },
  { what: 'the kept leg refunded', kept: { ...KEPT, refundedMinor: 1n }, becomes: 'quarantined' },
  { what: 'the kept leg charged back', kept: { ...KEPT, disputes: dispute('lost') }, becomes: 'quarantined' },
  { what: 'refunded by hand', wrong: withRefunds(refundOf(BY_HAND)), becomes: 'not_owed', elsewhere: 1450n },
  {
    what: 'a part refunded by hand',
    wrong: withRefunds(refundOf({ ...BY_HAND, amount: EUR(450n) })),
    becomes: 'quarantined',
    elsewhere: 450n,
  },
  {
    what: 'a refund by hand that failed',
    wrong: withRefunds(refundOf({ ...BY_HAND, status: 'failed' })),
    becomes: 'clear',
  },
  { what: 'a list that lags behind its charge', wrong: { ...WRONG, refundedMinor: 450n }, becomes: 'due' },
  { what: 'a refund of ours that nobody here knows', wrong: withRefunds(refundOf({})), becomes: 'adopt' },
];

for (const { what, wrong = WRONG, kept = KEPT, becomes, elsewhere = 0n } of PRE_FLIGHTS) {
  test(`before anything is sent: ${what}: ${becomes}`, () => {
    const verdict = judgePreFlight(DUE, { wrong, kept }, at(T0));
    assert.equal(verdict.kind === 'change' ? verdict.change.state : verdict.kind, becomes);
    if (verdict.kind === 'change') assert.equal(verdict.change.counters.elsewhere, elsewhere);
  });
}

test('what was counted as elsewhere before is not counted again', () => {
  const counted = { ...DUE, liability: { ...DUE.liability, elsewhereMinor: 450n } };
  const wrong = withRefunds(refundOf({ ...BY_HAND, amount: EUR(450n) }));
  const verdict = judgePreFlight(counted, { wrong, kept: KEPT }, at(T0));
  assert.ok(verdict.kind === 'change');
  assert.deepEqual([verdict.change.state, verdict.change.counters.elsewhere], ['quarantined', 0n]);
});

test('a charge that nobody can read goes to a person after three days', () => {
  const verdict = judgePreFlight(DUE, { wrong: null, kept: KEPT }, at(T0 + 3 * DAY_MS));
  assert.equal(verdict.kind === 'change' ? verdict.change.state : '', 'quarantined');
});

const FAILURES: readonly (readonly [code: string, state: string, halts: boolean])[] = [
  ['lost_or_stolen_card', 'failed', false],
  ['expired_or_canceled_card', 'failed', false],
  ['refund_time_limit_exceeded', 'failed', false],
  ['charge_disputed', 'quarantined', false],
  ['charge_for_pending_refund_disputed', 'quarantined', false],
  ['balance_insufficient', 'due', true],
  ['charge_already_refunded', 'due', false],
];

for (const [code, state, halts] of FAILURES) {
  test(`a final failure with ${code} makes it ${state}`, () => {
    const change = observeRefund(
      begun(),
      saw({ outcome: 'failed_final', declineCode: code, providerRef: null }),
      at(T0),
    );
    assert.deepEqual([change?.state, change?.halts !== null], [state, halts]);
    assert.equal(change?.counters.reserved, -1450n);
    assert.equal(change?.attempt?.state, 'failed_final');
  });
}

test('silence leaves everything open, and its amount reserved', () => {
  const change = observeRefund(begun(), saw({ outcome: 'unknown', providerRef: null, amount: null }), at(T0 + 1));
  assert.deepEqual([change?.state, change?.counters.reserved], ['in_flight', 0n]);
});

test('paid is booked once: said again it is nothing new', () => {
  const change = observeRefund(begun(), saw({}), at(T0));
  assert.ok(change !== null);
  assert.deepEqual([change.state, change.counters.refunded, change.transfers.length], ['succeeded', 1450n, 1]);
  const after = afterRefundChange(begun(), change);
  assert.equal(observeRefund(after, saw({ source: 'event' }), at(T0)), null);
});

test('a refund that fails after it succeeded takes its own entry back; another one’s failure says nothing', () => {
  const paid = afterRefundChange(begun(), observeRefund(begun(), saw({}), at(T0)) ?? assert.fail());
  const late = { outcome: 'failed_final', declineCode: 'lost_or_stolen_card', source: 'poll', amount: null } as const;
  const change = observeRefund(paid, saw(late), at(T0 + DAY_MS));
  assert.deepEqual([change?.state, change?.counters.refunded], ['failed', -1450n]);
  assert.equal(change?.transfers[0]?.corrects, 'refund:stripe:m:re_1');
  assert.equal(observeRefund(paid, saw({ ...late, providerRef: 're_2' }), at(T0 + DAY_MS)), null);
});

test('another sum than was asked for is booked as it went, and goes to a person', () => {
  const change = observeRefund(begun(), saw({ amount: EUR(1451n) }), at(T0));
  assert.deepEqual([change?.state, change?.transfers[0]?.amount], ['quarantined', 1451n]);
  assert.equal(change?.runAt, null);
});

test('absence counts only after the horizon and the life of a request, twice, and with the listing', () => {
  const found = begun();
  const attempt = found.attempts[0] ?? assert.fail();
  const seen = { source: 'look_up', at: T0, merchantAccount: 'm' } as const;
  const absent = sightInCharge(WRONG, attempt, seen);
  assert.equal(absent.observation.outcome, 'absent');
  const early = observeRefund(found, absent, at(T0 + HOUR_MS));
  assert.equal(early?.evidence?.outcome, 'unknown');
  const late = observeRefund(found, absent, at(T0 + 13 * HOUR_MS));
  assert.equal(late?.evidence?.outcome, 'absent');
  const twice = { ...attempt, absentAt: [T0 + 13 * HOUR_MS, T0 + 14 * HOUR_MS] };
  const proven = { ...found, attempts: [twice] };
  assert.equal(proveRefundAbsent(proven, twice, T0 + 13 * HOUR_MS - 1, at(T0 + 14 * HOUR_MS)), null);
  const failed = proveRefundAbsent(proven, twice, T0 + 13 * HOUR_MS, at(T0 + 14 * HOUR_MS));
  assert.deepEqual([failed?.state, failed?.counters.reserved], ['due', -1450n]);
  const again = beginRefund(
    afterRefundChange(proven, failed ?? assert.fail()),
    { requestDigest: 'a'.repeat(64), leaseUntil: T0 },
    at(T0 + 15 * HOUR_MS),
  );
  assert.equal(again.attempt?.idempotencyKey, 'storno:v1:refund:acc_1:lia_1:2');
});

test('a list that lags behind its charge proves no absence', () => {
  const attempt = begun().attempts[0] ?? assert.fail();
  const seen = { source: 'look_up', at: T0, merchantAccount: 'm' } as const;
  assert.equal(sightInCharge({ ...WRONG, refundedMinor: 1450n }, attempt, seen).observation.outcome, 'unknown');
});

test('two refunds under one reference go to a person', () => {
  const attempt = begun().attempts[0] ?? assert.fail();
  const part = { amount: EUR(700n) };
  const charge = withRefunds(refundOf(part), refundOf({ ...part, providerRef: 're_2' }));
  assert.match(readBack(saw({}).observation, charge, { attempt, send: 'first' }).mismatch ?? '', /2 refunds under one/);
});

test('a refusal to a request that was sent before proves nothing while the charge cannot be read', () => {
  const attempt = begun().attempts[0] ?? assert.fail();
  const refusal = saw({
    outcome: 'failed_final',
    declineCode: 'charge_already_refunded',
    providerRef: null,
  }).observation;
  const outcome = (send: 'first' | 'again', charge: ChargeState | null) =>
    readBack(refusal, charge, { attempt, send }).observation.outcome;
  assert.equal(outcome('first', null), 'failed_final');
  assert.equal(outcome('again', null), 'unknown');
  assert.equal(outcome('again', withRefunds(refundOf({}))), 'succeeded');
  assert.equal(outcome('again', WRONG), 'failed_final');
});

test('nothing is sent for a campaign that does not run, nor after the horizon', () => {
  const found = begun();
  const attempt = found.attempts[0] ?? assert.fail();
  assert.equal(mayResend(found, attempt, T0), true);
  assert.equal(mayResend(found, attempt, attempt.horizonAt), false);
  const paused = { ...found, campaign: { ...found.campaign, state: 'paused' as const } };
  assert.equal(mayResend(paused, attempt, T0), false);
  assert.equal(nextRefundStep({ ...DUE, campaign: paused.campaign }, at(T0)).kind, 'stop');
});

test('what is open is asked for before anything else is begun, and three attempts are enough', () => {
  const found = begun();
  const step = nextRefundStep({ ...found, refund: { ...found.refund, runAt: T0 } }, at(T0));
  assert.equal(step.kind, 'look_up');
  assert.equal(nextRefundStep({ ...DUE, lastGeneration: 3 }, at(T0)).kind, 'quarantine');
});
