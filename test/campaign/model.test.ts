import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore, type Faults, RULES, type Rules } from './model.ts';

const STATES_MAX = 3_000_000;
const NONE: Faults = { deaths: 0, lateFailures: 0, byHand: 0, disputes: 0 };

const FAULTS: readonly Faults[] = [
  NONE,
  { ...NONE, deaths: 1 },
  { ...NONE, lateFailures: 1 },
  { ...NONE, byHand: 1 },
  { ...NONE, disputes: 1 },
];

for (const faults of FAULTS) {
  test(`in every order a liability is refunded once, and booked once: ${JSON.stringify(faults)}`, (t) => {
    const { states, counterexample } = explore(RULES, faults, STATES_MAX);
    t.diagnostic(`${states} states`);
    assert.equal(counterexample, null);
  });
}

interface Removal {
  readonly rule: string;
  readonly rules: Partial<Rules>;
  readonly faults?: Partial<Faults>;
  readonly finds: string;
}

/** reliability.md §5: rules left out, and what that leads to. */
const REMOVALS: readonly Removal[] = [
  {
    rule: 'R1 silence has not failed',
    rules: {
      observeRefund: (found, seen, moment) => {
        const isSilent = seen.observation.outcome === 'unknown';
        const failed = { ...seen.observation, outcome: 'failed_final', declineCode: 'absent' } as const;
        return RULES.observeRefund(found, isSilent ? { ...seen, observation: failed } : seen, moment);
      },
    },
    finds: 'AtMostOnce',
  },
  {
    rule: 'R2 the key is one for the attempt',
    rules: { keyOfSend: (key, sends) => `${key}#${sends}` },
    finds: 'AtMostOnce',
  },
  {
    rule: 'nothing is sent after the horizon',
    rules: { looksAtSocket: false, mayResend: (_, attempt) => attempt.state === 'sent' },
    finds: 'AtMostOnce',
  },
  {
    rule: 'what came back elsewhere is found before anything is sent',
    rules: { judgePreFlight: () => ({ kind: 'clear' }) },
    faults: { byHand: 1 },
    finds: 'SentUnasked',
  },
  {
    rule: 'R6 nothing is sent while a dispute is known',
    rules: { judgePreFlight: () => ({ kind: 'clear' }) },
    faults: { disputes: 1 },
    finds: 'SentUnasked',
  },
];

for (const { rule, rules, faults, finds } of REMOVALS) {
  test(`without the rule it is found: ${rule}`, (t) => {
    const { states, counterexample } = explore({ ...RULES, ...rules }, { ...NONE, ...faults }, STATES_MAX);
    assert.equal(counterexample?.violated, finds);
    t.diagnostic(`${states} states, ${counterexample.moves.length} moves: ${counterexample.moves.join(' · ')}`);
  });
}
