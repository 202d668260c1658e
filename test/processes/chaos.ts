import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CRASH } from '../../src/bin/cli/exit.ts';
import type { Chance } from '../../src/core/scenario/chance.ts';
import { CUTS } from './cutting-line.ts';
import type { House } from './house.ts';
import { kill9, type Started } from './program.ts';
import { letLeasesPass } from './reckoning.ts';

/** Processes that are started again whenever they end, as by systemd. */
export interface Keeper {
  keep(start: () => Started): Kept;
  /** Whatever ended by a defect of the program, in its own words. */
  readonly defects: readonly string[];
  /** Process ids of those that are dead. */
  readonly dead: readonly number[];
  stop(): Promise<void>;
}

export interface Kept {
  current(): Started;
}

/** Who cannot start because the database is away tries again. */
const AGAIN_MS = 200;

export function openKeeper(): Keeper {
  const defects: string[] = [];
  const dead: number[] = [];
  const kept: Kept[] = [];
  const running: Promise<void>[] = [];
  let isStopping = false;
  return {
    defects,
    dead,
    keep: (start) => {
      let one = start();
      const watch = async () => {
        for (;;) {
          const { code } = await one.ended;
          dead.push(one.process.pid ?? 0);
          if (code === EXIT_CRASH) defects.push(`${one.words.join(' ')}: ${one.err().slice(-DEFECT_LENGTH)}`);
          if (code !== null) await sleep(AGAIN_MS);
          if (isStopping) return;
          one = start();
        }
      };
      running.push(watch());
      kept.push({ current: () => one });
      return { current: () => one };
    },
    stop: async () => {
      isStopping = true;
      for (const { current } of kept.splice(0)) kill9(current());
      await Promise.all(running.splice(0));
      isStopping = false;
    },
  };
}

const DEFECT_LENGTH = 2000;

/** How often each fault met the house. */
export interface Toll {
  workersKilled: number;
  workersFrozen: number;
  apisKilled: number;
  sandboxesKilled: number;
  databasesKilled: number;
}

export interface Rage {
  readonly keeper: Keeper;
  readonly targets: { readonly workers: readonly Kept[]; readonly api: Kept; readonly sandbox: Kept };
  readonly chance: Chance;
  readonly ms: number;
}

/**
 * Makes trouble for so long. The seed says what comes when; each fault has its own rhythm, so that all combinations
 * meet. Pauses in milliseconds, from and to.
 */
export async function rage(house: House, { keeper, targets, chance, ms }: Rage): Promise<Toll> {
  const toll: Toll = { workersKilled: 0, workersFrozen: 0, apisKilled: 0, sandboxesKilled: 0, databasesKilled: 0 };
  const until = performance.now() + ms;
  let frozen = 0;
  const rhythm = async (name: string, pauses: readonly [number, number], strike: (own: Chance) => Promise<void>) => {
    const own = chance.fork(name);
    for (;;) {
      await sleep(own.integer(...pauses));
      if (performance.now() >= until) return;
      await strike(own);
    }
  };
  await Promise.all([
    rhythm('workers', [300, 2500], async (own) => {
      kill9(own.pick(targets.workers).current());
      toll.workersKilled += 1;
    }),
    rhythm('freezes', [1000, 4000], async (own) => {
      const { process } = own.pick(targets.workers).current();
      process.kill('SIGSTOP');
      frozen = process.pid ?? 0;
      toll.workersFrozen += 1;
      await sleep(own.integer(200, 3000));
      frozen = 0;
      process.kill('SIGCONT');
    }),
    rhythm('api', [9000, 16000], async () => {
      kill9(targets.api.current());
      toll.apisKilled += 1;
    }),
    rhythm('sandbox', [3000, 8000], async () => {
      kill9(targets.sandbox.current());
      toll.sandboxesKilled += 1;
    }),
    rhythm('database', [5000, 10000], async () => {
      await house.killDatabase();
      toll.databasesKilled += 1;
    }),
    rhythm('line', [100, 600], async (own) => house.line.arm(own.pick(CUTS))),
    // Three minutes pass for the dead and for the frozen.
    rhythm('leases', [700, 700], () => letLeasesPass(house, [...keeper.dead, frozen]).catch(() => undefined)),
  ]);
  return toll;
}
