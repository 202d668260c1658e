import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptIn, captureOf, caseWith, intentOf, POLICY, SENT_AT, seen } from '../../../../test/live/cases.ts';
import type { Observation } from '../../fact/observation.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Attempt, Capture, ChargeCase, IntentState } from '../charge.ts';
import { isFinal, isOpen } from './case.ts';
import { observe } from './observe.ts';

const HORIZON = SENT_AT + POLICY.horizonMs;
const COUNTS_FROM = HORIZON + POLICY.requestLifeMs;

interface Row {
  readonly said: string;
  readonly found: ChargeCase;
  readonly generation?: number;
  readonly seen: Observation;
  readonly now?: number;
  /** State, attempt's state, capture, entries, run at (from the first send). Null: nothing changes. */
  readonly follows: string | null;
}

const flying = (attempts: readonly Attempt[], captures: readonly Capture[] = []): ChargeCase =>
  caseWith(intentOf('in_flight', {}), { attempts, captures });
const inState = (state: IntentState, parts: Partial<ChargeCase>): ChargeCase => caseWith(intentOf(state, {}), parts);
const sent = attemptIn('sent', {});
const pending = attemptIn('pending', { providerRef: 'ch_1' });
const failed = attemptIn('failed_final', {});
const second = attemptIn('sent', { generation: 2 });
const other = { amountMinor: 1219n, currency: 'EUR' };

const ROWS: readonly Row[] = [
  {
    said: 'taken',
    found: flying([sent]),
    seen: seen('succeeded', {}),
    follows: 'succeeded, succeeded, right, capture',
  },
  {
    said: 'taken after pending',
    found: flying([pending]),
    seen: seen('succeeded', {}),
    follows: 'succeeded, succeeded, right, capture',
  },
  {
    said: 'taken, though a person had it',
    found: inState('parked', { attempts: [sent] }),
    seen: seen('succeeded', {}),
    follows: 'succeeded, succeeded, right, capture',
  },
  {
    said: 'taken, and known',
    found: inState('succeeded', { attempts: [attemptIn('succeeded', {})], captures: [captureOf('ch_1', {})] }),
    seen: seen('succeeded', { source: 'event' }),
    follows: null,
  },
  {
    said: 'taken a second time',
    found: inState('succeeded', { attempts: [attemptIn('succeeded', {})], captures: [captureOf('ch_1', {})] }),
    seen: seen('succeeded', { providerRef: 'ch_2' }),
    follows: 'succeeded, -, surplus, surplus_capture',
  },
  {
    said: 'taken for a voided intent',
    found: inState('voided', { attempts: [sent] }),
    seen: seen('succeeded', {}),
    follows: 'voided, succeeded, surplus, surplus_capture',
  },
  {
    said: 'taken after the write-off',
    found: inState('uncollected', { attempts: [failed] }),
    seen: seen('succeeded', {}),
    follows: 'uncollected, -, surplus, surplus_capture',
  },
  {
    said: 'taken after all, nothing started since',
    found: inState('due', { attempts: [failed] }),
    seen: seen('succeeded', {}),
    follows: 'succeeded, -, right, capture',
  },
  {
    said: 'taken after all, the next attempt open: it pays, and that one is resolved first',
    found: flying([failed, second]),
    seen: seen('succeeded', {}),
    follows: 'in_flight, -, right, capture, 0',
  },
  {
    said: 'the next attempt fails, and the obligation is paid',
    found: flying([failed, second], [captureOf('ch_1', {})]),
    generation: 2,
    seen: seen('failed_final', {}),
    follows: 'succeeded, failed_final, -',
  },
  {
    said: 'the next attempt took it as well',
    found: flying([failed, second], [captureOf('ch_1', {})]),
    generation: 2,
    seen: seen('succeeded', { providerRef: 'ch_2' }),
    follows: 'succeeded, succeeded, surplus, surplus_capture',
  },
  {
    said: 'taken by hand, before anything was sent',
    found: inState('due', {}),
    generation: 0,
    seen: seen('succeeded', {}),
    follows: 'succeeded, -, right, capture',
  },
  {
    said: 'taken, another amount',
    found: flying([sent]),
    seen: seen('succeeded', { amount: other }),
    follows: 'parked, succeeded, surplus, surplus_capture',
  },
  {
    said: 'taken, another currency',
    found: flying([sent]),
    seen: seen('succeeded', { amount: { amountMinor: 1218n, currency: 'USD' } }),
    follows: 'parked, succeeded, surplus, surplus_capture',
  },
  {
    said: 'taken by another merchant account',
    found: flying([sent]),
    seen: seen('succeeded', { merchantAccount: 'acct_2' }),
    follows: 'parked, succeeded, surplus, surplus_capture',
  },
  {
    said: 'taken, but not which',
    found: flying([sent]),
    seen: seen('succeeded', { providerRef: null }),
    follows: 'in_flight, sent, -, 120000',
  },
  {
    said: 'declined',
    found: flying([sent]),
    seen: seen('failed_final', { declineCode: 'insufficient_funds' }),
    follows: `due, failed_final, -, ${DAY_MS}`,
  },
  {
    said: 'declined, stolen',
    found: flying([sent]),
    seen: seen('failed_final', { declineCode: 'stolen_card' }),
    follows: 'uncollected, failed_final, -, written_off',
  },
  {
    said: 'declined for the last time',
    found: caseWith(intentOf('in_flight', { declines: 2 }), { attempts: [sent] }),
    seen: seen('failed_final', {}),
    follows: 'uncollected, failed_final, -, written_off',
  },
  {
    said: 'a stale failure of an earlier attempt',
    found: flying([failed, second]),
    seen: seen('failed_final', {}),
    follows: null,
  },
  {
    said: 'a failure after success',
    found: inState('succeeded', { attempts: [attemptIn('succeeded', {})] }),
    seen: seen('failed_final', {}),
    follows: null,
  },
  {
    said: 'a failure of another payment under the same key',
    found: flying([pending]),
    seen: seen('failed_final', { source: 'event', providerRef: 'ch_2' }),
    follows: null,
  },
  {
    said: 'a failure of an attempt that is not ours',
    found: inState('due', {}),
    seen: seen('failed_final', {}),
    follows: null,
  },
  {
    said: 'pending',
    found: flying([sent]),
    seen: seen('pending', { providerRef: 'ch_1' }),
    follows: 'in_flight, pending, -, 120000',
  },
  {
    said: 'pending of an attempt that a restored database forgot',
    found: inState('due', {}),
    seen: seen('pending', {}),
    follows: 'in_flight, pending, -, 120000',
  },
  {
    said: 'pending after final',
    found: inState('due', { attempts: [failed] }),
    seen: seen('pending', {}),
    follows: null,
  },
  { said: 'unknown', found: flying([sent]), seen: seen('unknown', {}), follows: 'in_flight, sent, -, 120000' },
  {
    said: 'unknown shortly before the horizon',
    found: flying([sent]),
    seen: seen('unknown', {}),
    now: HORIZON - 1,
    follows: `in_flight, sent, -, ${POLICY.horizonMs}`,
  },
  {
    said: 'unknown for too long',
    found: flying([sent]),
    seen: seen('unknown', {}),
    now: SENT_AT + POLICY.parkAfterMs,
    follows: 'parked, sent, -',
  },
  {
    said: 'unknown of what is decided',
    found: inState('due', { attempts: [failed] }),
    seen: seen('unknown', {}),
    follows: null,
  },
  {
    said: 'the key is used for another request',
    found: flying([sent]),
    seen: seen('unknown', { declineCode: 'idempotency_error' }),
    follows: `in_flight, sent, -, ${POLICY.horizonMs}`,
  },
  {
    said: 'absent while a request may be under way',
    found: flying([sent]),
    seen: seen('absent', {}),
    now: COUNTS_FROM - 1,
    follows: `in_flight, sent, -, ${COUNTS_FROM - SENT_AT}`,
  },
  {
    said: 'absent, and it counts',
    found: flying([sent]),
    seen: seen('absent', {}),
    now: COUNTS_FROM,
    follows: `in_flight, sent once absent, -, ${COUNTS_FROM + 2 * POLICY.lookUpLagMs - SENT_AT}`,
  },
];

for (const row of ROWS) {
  test(`${row.said}: ${row.follows ?? 'nothing new'}`, () => {
    const { generation = 1, now = SENT_AT } = row;
    const change = observe(row.found, { generation, observation: row.seen }, { now, policy: POLICY });
    if (change === null) return assert.equal(null, row.follows);
    const { state, attempt, capture, transfers, runAt } = change;
    const absent = attempt?.absentAt.length === 1 ? ' once absent' : '';
    const parts = [
      state,
      attempt === null ? '-' : `${attempt.state}${absent}`,
      capture === null ? '-' : capture.isSurplus ? 'surplus' : 'right',
      ...transfers.map((entry) => entry.kind),
      ...(runAt === null ? [] : [String(runAt - SENT_AT)]),
    ];
    assert.equal(parts.join(', '), row.follows);
    assert.equal(change.version, row.found.intent.version);
  });
}

const anyAttempts = fc
  .tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom<Attempt['state']>('sent', 'pending', 'succeeded', 'failed_final'),
  )
  .map(([count, last]) =>
    Array.from({ length: count }, (_, index) =>
      attemptIn(index === count - 1 ? last : 'failed_final', { generation: index + 1 }),
    ),
  );
const anyCase: fc.Arbitrary<ChargeCase> = fc
  .record({
    state: fc.constantFrom<IntentState>('due', 'in_flight', 'succeeded', 'uncollected', 'voided', 'parked'),
    attempts: anyAttempts,
    refs: fc.subarray(['ch_1', 'ch_2', 'ch_3']),
    right: fc.boolean(),
  })
  .map(({ state, attempts, refs, right }) => {
    const captures = refs.map((ref, index) => captureOf(ref, { isSurplus: !(right && index === 0) }));
    return caseWith(intentOf(state, {}), { attempts, captures });
  });
const anySeen: fc.Arbitrary<Observation> = fc
  .record({
    outcome: fc.constantFrom<Observation['outcome']>('succeeded', 'pending', 'failed_final', 'unknown', 'absent'),
    providerRef: fc.constantFrom('ch_1', 'ch_2', 'ch_3', 'ch_4'),
    source: fc.constantFrom<Observation['source']>('answer', 'look_up', 'event', 'listing'),
    amountMinor: fc.constantFrom(1218n, 1219n),
  })
  .map(({ outcome, amountMinor, ...more }) =>
    seen(outcome, { ...more, amount: outcome === 'succeeded' ? { amountMinor, currency: 'EUR' } : null }),
  );

test('whatever is seen of whatever stands: the rules that no path may break', () => {
  const anyGeneration = fc.integer({ min: 0, max: 4 });
  const anyNow = fc.integer({ min: SENT_AT, max: SENT_AT + 5 * DAY_MS });
  fc.assert(
    fc.property(anyCase, anyGeneration, anySeen, anyNow, (found, generation, observation, now) => {
      const change = observe(found, { generation, observation }, { now, policy: POLICY });
      const wasPaid = found.captures.some((capture) => !capture.isSurplus);
      if (change === null) return;
      const { intent } = found;
      if (isFinal(intent.state)) assert.equal(change.state, intent.state, 'final stays');
      if (change.capture !== null) {
        assert.equal(observation.outcome, 'succeeded', 'nothing is taken but by a success');
        assert.equal(change.transfers.length, 1, 'a capture is booked once');
        assert.ok(change.capture.isSurplus || !wasPaid, 'one capture is right');
        assert.ok(
          found.captures.every((one) => one.providerRef !== change.capture?.providerRef),
          'a capture is new',
        );
      }
      const before = found.attempts.find((one) => one.generation === change.attempt?.generation);
      if (before !== undefined) assert.ok(isOpen(before), 'what is decided never changes');
      const isUndecided = observation.outcome === 'unknown' || observation.outcome === 'absent';
      if (isUndecided) {
        const decided = change.state !== intent.state && change.state !== 'in_flight' && change.state !== 'parked';
        assert.ok(!decided, 'unknown decides nothing');
        assert.deepEqual(change.transfers, []);
      }
      if (change.state === 'due' && intent.state !== 'due')
        assert.equal(observation.outcome, 'failed_final', 'due again only after a failure');
      assert.equal(change.runAt !== null, change.state === 'due' || change.state === 'in_flight', 'runs unless final');
      assert.ok(change.declines >= intent.declines);
    }),
    { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 5000 },
  );
});
