import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Lets idle processes sleep until there is something to do, as a database's notification does. Only a matter of speed:
 * a process wakes by itself after a while, and one that is woken for nothing sleeps again.
 */
export interface Wake {
  /** Something may be done from this true time on, if it is still so then. */
  at(time: number, isStillSo: () => boolean): void;
  /** Answers when there may be something to do. */
  idle(process: Process): Promise<void>;
}

export function createWake(parts: {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly idleMsMax: number;
}): Wake {
  const { scheduler, chance, idleMsMax } = parts;
  interface Sleeper {
    readonly process: Process;
    readonly incarnation: number;
    readonly wake: () => void;
    awake: boolean;
  }
  let sleepers: Sleeper[] = [];

  const rouse = (sleeper: Sleeper): void => {
    if (sleeper.awake) return;
    const { process } = sleeper;
    if (process.incarnation !== sleeper.incarnation) return;
    if (process.frozenUntil > scheduler.now()) {
      scheduler.at(process.frozenUntil, () => rouse(sleeper));
      return;
    }
    sleeper.awake = true;
    sleeper.wake();
  };

  return {
    at(time, isStillSo) {
      scheduler.at(Math.max(time, scheduler.now()) + chance.int(2000), () => {
        sleepers = sleepers.filter((one) => !one.awake && one.process.incarnation === one.incarnation);
        if (sleepers.length === 0 || !isStillSo()) return 'quiet';
        rouse(chance.pick(sleepers));
      });
    },
    idle(process) {
      return new Promise((resolve) => {
        const sleeper: Sleeper = { process, incarnation: process.incarnation, wake: resolve, awake: false };
        sleepers.push(sleeper);
        scheduler.after(idleMsMax / 2 + chance.int(idleMsMax / 2), () => (sleeper.awake ? 'quiet' : rouse(sleeper)));
      });
    },
  };
}
