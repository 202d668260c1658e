import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptIn, captureOf, caseWith, intentOf, METHOD, POLICY, SENT_AT } from '../../../../test/live/cases.ts';
import { HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import type { ChargeCase } from '../charge.ts';
import { nextStep } from './next-step.ts';

const HORIZON = SENT_AT + POLICY.horizonMs;
const COUNTS_FROM = HORIZON + POLICY.requestLifeMs;
const TWICE = [COUNTS_FROM, COUNTS_FROM + 2 * POLICY.lookUpLagMs];

const due = intentOf('due', {});
const flying = intentOf('in_flight', {});
const sent = attemptIn('sent', {});
const failed = attemptIn('failed_final', {});
const sighted = {
  provider: 'stripe',
  merchantAccount: 'acct_1',
  providerRef: 'ch_8',
  occurrence: 1,
  createdAt: SENT_AT,
};

const ROWS: readonly (readonly [said: string, found: ChargeCase, now: number, step: string])[] = [
  ['nothing was sent: start', caseWith(due, {}), SENT_AT, 'start 1'],
  ['before its time: wait', caseWith(due, {}), SENT_AT - 1, 'wait'],
  ['no payment method: wait', caseWith(due, { paymentMethod: null }), SENT_AT, 'wait'],
  [
    'a payment method of another provider: wait',
    caseWith(due, { paymentMethod: { ...METHOD, provider: 'adyen' } }),
    SENT_AT,
    'wait',
  ],
  ['failed for good: the next generation', caseWith(due, { attempts: [failed] }), SENT_AT, 'start 2'],
  ['sent, before the horizon: resend', caseWith(flying, { attempts: [sent] }), HORIZON - 1, 'resend 1'],
  ['sent, at the horizon: look up', caseWith(flying, { attempts: [sent] }), HORIZON, 'look_up 1'],
  ['sent, for weeks: look up', caseWith(flying, { attempts: [sent] }), HORIZON + 1000 * HOUR_MS, 'look_up 1'],
  ['pending: look up', caseWith(flying, { attempts: [attemptIn('pending', {})] }), SENT_AT, 'look_up 1'],
  [
    'absent once: look up',
    caseWith(flying, { attempts: [attemptIn('sent', { absentAt: [COUNTS_FROM] })] }),
    COUNTS_FROM + HOUR_MS,
    'look_up 1',
  ],
  [
    'absent twice but close together: look up',
    caseWith(flying, { attempts: [attemptIn('sent', { absentAt: [COUNTS_FROM, COUNTS_FROM + MINUTE_MS] })] }),
    COUNTS_FROM + HOUR_MS,
    'look_up 1',
  ],
  [
    'absent twice, apart: the listing',
    caseWith(flying, { attempts: [attemptIn('sent', { absentAt: TWICE })] }),
    COUNTS_FROM + HOUR_MS,
    'check_listing 1',
  ],
  [
    'paid by a capture that came otherwise: adopt',
    caseWith(due, { captures: [captureOf('ch_9', {})] }),
    SENT_AT,
    'adopt',
  ],
  [
    'paid, another attempt open: ask, never send',
    caseWith(flying, { attempts: [sent], captures: [captureOf('ch_9', {})] }),
    SENT_AT,
    'look_up 1',
  ],
  [
    'a surplus capture pays nothing',
    caseWith(due, { attempts: [failed], captures: [captureOf('ch_9', { isSurplus: true })] }),
    SENT_AT,
    'start 2',
  ],
  [
    'the provider was seen to hold it already: hear of that first',
    caseWith(due, { sightings: [sighted] }),
    SENT_AT,
    'hear',
  ],
  [
    'the provider holds another occurrence that nobody knows: a person',
    caseWith(due, { sightings: [{ ...sighted, occurrence: 2 }] }),
    SENT_AT,
    'park',
  ],
  [
    'the provider holds this one and another: hear of this one first',
    caseWith(due, { sightings: [{ ...sighted, occurrence: 2 }, sighted] }),
    SENT_AT,
    'hear',
  ],
  [
    'seen at the provider and paid by a capture: adopt',
    caseWith(due, { sightings: [sighted], captures: [captureOf('ch_9', {})] }),
    SENT_AT,
    'adopt',
  ],
  [
    'attempts used up by declines: give up',
    caseWith(intentOf('due', { declines: 1 }), { attempts: [attemptIn('failed_final', { generation: 4 })] }),
    SENT_AT,
    'give_up',
  ],
  [
    'attempts used up without a decline: a person',
    caseWith(due, { attempts: [attemptIn('failed_final', { generation: 4 })] }),
    SENT_AT,
    'park',
  ],
  ['in flight without an attempt: a person', caseWith(flying, {}), SENT_AT, 'park'],
  [
    'an attempt took money that no capture shows: a person',
    caseWith(due, { attempts: [attemptIn('succeeded', {})] }),
    SENT_AT,
    'park',
  ],
  ['succeeded: nothing', caseWith(intentOf('succeeded', {}), {}), SENT_AT, 'stop'],
  ['uncollected: nothing', caseWith(intentOf('uncollected', {}), {}), SENT_AT, 'stop'],
  ['voided: nothing', caseWith(intentOf('voided', {}), { attempts: [sent] }), SENT_AT, 'stop'],
  ['parked: nothing', caseWith(intentOf('parked', {}), { attempts: [sent] }), SENT_AT, 'stop'],
];

for (const [said, found, now, expected] of ROWS) {
  test(said, () => {
    const step = nextStep(found, { now, policy: POLICY });
    const generation = step.kind === 'start' ? step.generation : 'attempt' in step ? step.attempt.generation : '';
    assert.equal(`${step.kind} ${generation}`.trim(), expected);
  });
}
