import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import { HONEST, type Fault as Knob, type SandboxProfile } from '../src/world/provider/sandbox/engine/profile.ts';
import { emptyState } from '../src/world/provider/sandbox/engine/state.ts';
import { SandboxEngine } from '../src/world/provider/sandbox/engine.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Fault, Swarm } from './swarm.ts';

/** Which of the sandbox's knobs plays which fault of ours. */
const KNOBS: Readonly<Record<string, Fault>> = {
  slow: 'provider_slow',
  errorAfter: 'provider_500_after',
  errorBefore: 'provider_500_before',
  unreadable: 'provider_502_unreadable',
  duplicateCapture: 'provider_captures_twice',
  duplicateLine: 'provider_line_doubled',
  webhookFirst: 'webhook_first',
  webhookTwice: 'webhook_doubled',
  webhookNever: 'webhook_lost',
  webhookOutOfOrder: 'webhook_late',
};

/** The provider of a run: the sandbox's engine, as hostile as the seed drew it, made honest when the world heals. */
export interface Bank {
  readonly engine: SandboxEngine;
  heal(): void;
}

export function openBank(parts: { readonly swarm: Swarm; readonly chance: Chance; readonly marks: Marks }): Bank {
  const { swarm, chance, marks } = parts;
  const hostile = hostileProfile(swarm);
  let healed = false;
  const engine = new SandboxEngine({
    profile: hostile,
    chance: {
      int(below, reason) {
        const drawn = chance.int(below);
        const fault = KNOBS[reason];
        // The engine draws from a thousand where a fault may strike, and says which: so it is counted here.
        if (fault !== undefined && !healed && drawn < perMille(swarm, fault)) marks.hit(`fault:${fault}`);
        return drawn;
      },
    },
    state: emptyState(''),
  });
  return {
    engine,
    heal() {
      healed = true;
      engine.setProfile(healedProfile(hostile));
    },
  };
}

function perMille(swarm: Swarm, fault: Fault): number {
  return Math.ceil(1000 * swarm.probability[fault]);
}

function hostileProfile(swarm: Swarm): SandboxProfile {
  const knob = (fault: Fault): Knob => ({ perMille: perMille(swarm, fault), next: 0 });
  const { faults } = swarm;
  const lag = { minMs: 0, meanMs: swarm.lookUpLagMs / 2, maxMs: swarm.lookUpLagMs };
  return {
    ...HONEST,
    name: 'drawn',
    faults: {
      ...HONEST.faults,
      errorBefore: knob('provider_500_before'),
      errorAfter: knob('provider_500_after'),
      unreadable: knob('provider_502_unreadable'),
      slow: knob('provider_slow'),
      duplicateCapture: knob('provider_captures_twice'),
      duplicateLine: knob('provider_line_doubled'),
    },
    slowBy: { minMs: 5 * SECOND_MS, meanMs: MINUTE_MS, maxMs: 10 * MINUTE_MS },
    idempotency: {
      keepsMs: swarm.keyTtlMs,
      keeps: faults.has('provider_errors_not_kept') ? 'successes' : 'everything',
      key: faults.has('provider_keys_ignored') ? 'ignored' : 'honoured',
      body: faults.has('provider_body_ignored') ? 'ignored' : 'compared',
      onReplay: faults.has('provider_409') ? 'conflict' : 'answer',
    },
    lookUpLag: { listing: lag, byId: { minMs: 0, meanMs: 0, maxMs: 0 } },
    webhooks: {
      delay: { minMs: 0, meanMs: 200, maxMs: 5 * SECOND_MS },
      first: knob('webhook_first'),
      twice: knob('webhook_doubled'),
      never: knob('webhook_lost'),
      outOfOrder: knob('webhook_late'),
      outOfOrderBy: { minMs: SECOND_MS, meanMs: HOUR_MS, maxMs: DAY_MS },
      retriesForMs: 3 * DAY_MS,
    },
    refunds: { ...HONEST.refunds, lateFailureAfter: { minMs: MINUTE_MS, meanMs: 6 * HOUR_MS, maxMs: DAY_MS } },
    disputes: {
      ...HONEST.disputes,
      lostPerMille: faults.has('dispute_lost') ? (faults.has('dispute_won') ? 500 : 1000) : 0,
      decidedAfterMs: faults.has('dispute_open') ? 400 * DAY_MS : DAY_MS / 2,
    },
    settlement: { ...HONEST.settlement, payouts: 'daily' },
    requestsPerSecond: faults.has('provider_429') ? 3 : 10_000,
  };
}

/** Honest from now on; how long keys live and what was set in motion stay. */
function healedProfile(profile: SandboxProfile): SandboxProfile {
  return {
    ...HONEST,
    idempotency: { ...HONEST.idempotency, keepsMs: profile.idempotency.keepsMs },
    refunds: profile.refunds,
    disputes: profile.disputes,
  };
}
