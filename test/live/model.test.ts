import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStep } from '../../src/core/live/charge/next-step.ts';
import { observe } from '../../src/core/live/charge/observe.ts';
import { RULES, type Rules } from './model/moves.ts';
import { explore } from './model/search.ts';

/**
 * Two workers, a network that loses, delays and doubles, a key that expires, and so many deaths, declines and doubled
 * requests: all orders of all. All three at once take two minutes (891,329 states): `STORNO_MODEL=whole`.
 */
const FAULTS =
  process.env.STORNO_MODEL === 'whole'
    ? [{ crashes: 1, declines: 1, copies: 1 }]
    : [
        { crashes: 1, declines: 0, copies: 1 },
        { crashes: 0, declines: 1, copies: 0 },
      ];
const STATES_MAX = 2_000_000;

for (const faults of FAULTS) {
  const said = `${faults.crashes} deaths, ${faults.declines} declines, ${faults.copies} copies`;
  test(`in every order a rental is taken once, booked once, and can be finished: ${said}`, (t) => {
    const { states, counterexample } = explore(RULES, faults, STATES_MAX);
    t.diagnostic(`${states} states`);
    assert.equal(counterexample, null);
  });
}

interface Removal {
  readonly rule: string;
  readonly rules: Partial<Rules>;
  readonly finds: string;
}

/** reliability.md §5: each rule left out, and what that leads to. */
const REMOVALS: readonly Removal[] = [
  { rule: 'M1 intent and key are written before the call', rules: { writesFirst: false }, finds: 'AtMostOnce' },
  {
    rule: 'M2 the key is one for the attempt',
    rules: { keyOfSend: (key, sends) => `${key}#${sends}` },
    finds: 'AtMostOnce',
  },
  {
    rule: 'M3 a capture is booked once',
    rules: {
      observe: (found, sighting, moment) =>
        observe({ ...found, captures: [], intent: { ...found.intent, state: 'in_flight' } }, sighting, moment),
    },
    finds: 'BookedOnce',
  },
  {
    rule: 'M4 nothing is sent after the horizon',
    rules: {
      looksAtSocket: false,
      nextStep: (found, moment) => {
        const step = nextStep(found, moment);
        return step.kind === 'look_up' ? { kind: 'resend', attempt: step.attempt } : step;
      },
    },
    finds: 'AtMostOnce',
  },
  {
    rule: 'M5 the horizon is looked at when the socket is written',
    rules: { looksAtSocket: false },
    finds: 'AtMostOnce',
  },
  {
    rule: 'M6 what is not found has not failed',
    rules: {
      observe: (found, sighting, moment) => {
        const { observation } = sighting;
        const isAbsent = observation.outcome === 'absent';
        const failed = { ...sighting, observation: { ...observation, outcome: 'failed_final' as const } };
        return observe(found, isAbsent ? failed : sighting, moment);
      },
    },
    finds: 'AtMostOnce',
  },
  {
    rule: 'M7 what has expired is asked for',
    rules: {
      nextStep: (found, moment) => {
        const step = nextStep(found, moment);
        return step.kind === 'look_up' ? { kind: 'wait', until: moment.now + 1 } : step;
      },
    },
    finds: 'CanFinish',
  },
];

for (const { rule, rules, finds } of REMOVALS) {
  test(`without the rule it is found: ${rule}`, (t) => {
    const { states, counterexample } = explore(
      { ...RULES, ...rules },
      { crashes: 1, declines: 0, copies: 0 },
      STATES_MAX,
    );
    assert.equal(counterexample?.violated, finds);
    t.diagnostic(`${states} states, ${counterexample.moves.length} moves: ${counterexample.moves.join(' · ')}`);
  });
}
