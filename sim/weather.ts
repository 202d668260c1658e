import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import type { Chance } from './chance.ts';
import type { Database } from './database.ts';
import type { Marks } from './marks.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';
import type { Site } from './site.ts';
import type { Fault, Swarm } from './swarm.ts';
import type { Trace } from './trace.ts';

/** What comes over everybody at once, planned when a run begins. */
export function planWeather(parts: {
  readonly scheduler: Scheduler;
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly database: Database;
  readonly network: Network;
  readonly site: Site;
  readonly calm: () => boolean;
  readonly stopCharging: (forMs: number) => void;
  readonly backUp: () => void;
  readonly restore: () => void;
}): void {
  const { scheduler, swarm, chance, trace, marks, database, network, site } = parts;
  const horizon = 2 * swarm.spanMs + 12 * HOUR_MS;

  const plan = (fault: Fault, times: number, run: () => void): void => {
    if (!swarm.faults.has(fault)) return;
    for (let time = 0; time < times; time += 1) {
      scheduler.at(swarm.startAt + chance.int(horizon), () => {
        if (parts.calm()) return;
        marks.hit(`fault:${fault}`);
        trace.line(scheduler.now(), 'weather', fault);
        run();
      });
    }
  };

  plan('store_down', 4, () => {
    database.downUntil = scheduler.now() + chance.exponential(10 * MINUTE_MS);
  });
  plan('store_disk_full', 2, () => {
    database.fullUntil = scheduler.now() + chance.exponential(20 * MINUTE_MS);
  });
  plan('provider_down', 3, () => {
    network.downUntil = scheduler.now() + chance.exponential(HOUR_MS);
  });
  plan('charging_stopped', 2, () => parts.stopCharging(chance.exponential(6 * HOUR_MS)));
  plan('clock_jump', 6, () => {
    const process = chance.pick(site.processes());
    process.wallErrorMs = chance.between(-JUMP_MS_MAX, JUMP_MS_MAX);
  });
  if (swarm.faults.has('store_restored')) {
    const backedUpAt = swarm.startAt + chance.int(horizon / 2);
    scheduler.at(backedUpAt, parts.backUp);
    scheduler.at(backedUpAt + 1 + chance.int(Math.min(horizon, 3 * DAY_MS)), () => {
      if (parts.calm()) return;
      marks.hit('fault:store_restored');
      trace.line(scheduler.now(), 'weather', 'store_restored');
      parts.restore();
    });
  }
}

/**
 * Farthest that a wall clock is off. Assumption A4: a clock that is wrong by more is noticed by whoever runs it (NTP
 * steps and alarms far below); what is printed as a limit in docs/simulator.md.
 */
export const JUMP_MS_MAX = 90 * SECOND_MS;
