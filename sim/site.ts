import { HOUR_MS, MINUTE_MS } from '../src/core/kernel/time.ts';
import type { Clock, Entropy } from '../src/flow/ports/world.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Process } from './process.ts';
import type { EffectPlan, Fate, Scheduler } from './scheduler.ts';
import type { Fault, Swarm } from './swarm.ts';
import type { Trace } from './trace.ts';

/** Where the operator's processes run: starts them, kills them, starts them again. */
export interface Site {
  /** Starts a process whose `main` begins anew after every death. */
  spawn(name: string, main: (process: Process) => Promise<void>): Process;
  clock(process: Process): Clock;
  entropy(process: Process): Entropy;
  processes(): readonly Process[];
  /** Everybody is up and awake, with a right clock: who was frozen or dead starts anew. */
  heal(): void;
}

/** Longest time for which a dead process stays dead: beyond every key horizon. */
const RESTART_MS_MAX = 48 * HOUR_MS;

export function createSite(parts: {
  readonly scheduler: Scheduler;
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly calm: () => boolean;
  readonly onCrash: (error: unknown) => void;
}): Site {
  const { scheduler, swarm, chance, trace, marks } = parts;
  const processes: Process[] = [];
  const begins = new Map<Process, () => void>();
  let ids = 0;

  const restartMs = (): number => {
    if (swarm.faults.has('restart_late') && chance.happens(0.2)) {
      marks.hit('fault:restart_late');
      return 13 * HOUR_MS + chance.int(RESTART_MS_MAX - 13 * HOUR_MS);
    }
    return Math.min(chance.exponential(swarm.restartMeanMs), RESTART_MS_MAX);
  };

  const freezeMs = (): number => {
    const kinds = (['freeze_short', 'freeze_past_lease', 'freeze_past_horizon'] as const).filter((kind) =>
      swarm.faults.has(kind),
    );
    const kind = chance.pick(kinds);
    marks.hit(`fault:${kind}`);
    if (kind === 'freeze_short') return chance.int(10_000);
    if (kind === 'freeze_past_lease') return 2 * MINUTE_MS + chance.int(20 * MINUTE_MS);
    return 12 * HOUR_MS + chance.int(24 * HOUR_MS);
  };

  return {
    spawn(name, main) {
      const process: Process = {
        name,
        incarnation: 0,
        up: false,
        frozenUntil: 0,
        wallErrorMs: swarm.skewMs === 0 ? 0 : chance.between(-swarm.skewMs, swarm.skewMs),
        bornAt: scheduler.now(),
        die(point, effect) {
          process.incarnation += 1;
          process.up = false;
          marks.hit(`crash:${point}:${effect}`);
          marks.hit(`fault:${FAULT_OF_POINT[point]}`);
          trace.line(scheduler.now(), name, `dies ${point} ${effect}`);
          const { incarnation } = process;
          scheduler.after(parts.calm() ? 0 : restartMs(), () => {
            if (process.incarnation === incarnation) begin();
          });
        },
        freeze(effect) {
          const ms = freezeMs();
          trace.line(scheduler.now(), name, `freezes at ${effect} for ${ms}`);
          process.frozenUntil = scheduler.now() + ms;
        },
      };
      const begin = (): void => {
        const { incarnation } = process;
        process.bornAt = scheduler.now();
        process.frozenUntil = 0;
        process.up = true;
        trace.line(scheduler.now(), name, 'starts');
        main(process).catch((error: unknown) => {
          if (process.incarnation === incarnation) parts.onCrash(error);
        });
      };
      if (process.wallErrorMs !== 0) marks.hit('fault:clock_skewed');
      processes.push(process);
      begins.set(process, begin);
      scheduler.after(chance.int(1000), begin);
      return process;
    },
    clock(process) {
      return {
        now: () => scheduler.now() + process.wallErrorMs,
        monotonicMs: () => scheduler.now() - process.bornAt,
        sleep(ms) {
          const { incarnation } = process;
          return new Promise((resolve) => {
            scheduler.after(Math.max(0, ms), function wake() {
              if (process.incarnation !== incarnation) return;
              if (process.frozenUntil > scheduler.now()) scheduler.at(process.frozenUntil, wake);
              else resolve();
            });
          });
        },
      };
    },
    entropy(process) {
      return {
        id(prefix, reason) {
          ids += 1;
          trace.line(scheduler.now(), process.name, `id for ${reason}`);
          return `${prefix}_${String(ids).padStart(10, '0')}`;
        },
        int: (below) => chance.int(below),
      };
    },
    processes: () => processes,
    heal() {
      for (const process of processes) {
        process.wallErrorMs = 0;
        if (process.up && process.frozenUntil <= scheduler.now()) continue;
        process.incarnation += 1;
        process.up = false;
        const { incarnation } = process;
        scheduler.after(chance.int(1000), () => {
          if (process.incarnation === incarnation) begins.get(process)?.();
        });
      }
    },
  };
}

const FAULT_OF_POINT: Readonly<Record<'before' | 'unheard' | 'after', Fault>> = {
  before: 'crash_before_effect',
  unheard: 'crash_unheard',
  after: 'crash_after_effect',
};

/** The reader makes hundreds of effects a round: as often as others it would never come to an end. */
const READER_SHARE = 0.03;

/** Between writing an attempt down and its answer everything is decided: there it happens more often. */
const CHARGE_SHARE = 6;

/** Draws the fate of every effect from the seed's configuration. */
export function drawnPlan(swarm: Swarm, chance: Chance, calm: () => boolean): EffectPlan {
  const { probability } = swarm;
  const fates: readonly (readonly [Fate, number])[] = [
    ['dies_before', probability.crash_before_effect],
    ['dies_unheard', probability.crash_unheard],
    ['dies_after', probability.crash_after_effect],
    [
      'freezes_before',
      (probability.freeze_short + probability.freeze_past_lease + probability.freeze_past_horizon) / 2,
    ],
    ['freezes_after', (probability.freeze_short + probability.freeze_past_lease + probability.freeze_past_horizon) / 2],
  ];
  const total = fates.reduce((sum, [, share]) => sum + share, 0);
  return {
    latencyMs: () => chance.int(5),
    fate({ name }, effect) {
      const share = total * (name === 'reader' ? READER_SHARE : effect === 'provider.charge' ? CHARGE_SHARE : 1);
      if (total === 0 || calm() || !chance.happens(share)) return 'lives';
      let drawn = chance.unit() * total;
      for (const [fate, share] of fates) {
        drawn -= share;
        if (drawn < 0) return fate;
      }
      return 'lives';
    },
  };
}
