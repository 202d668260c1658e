import { SECOND_MS } from '../../core/kernel/time.ts';
import { StoreUnavailable } from '../../flow/ports/store.ts';
import type { Log } from '../../flow/ports/world.ts';

/** One kind of work, done a little at a time. */
export interface Loop {
  readonly name: string;
  /** Does what is due now, within bounds; answers how much that was. 0: nothing more for now. */
  runOnce(): Promise<number>;
  /** How long it rests when nothing was due. */
  readonly restMs: number;
}

export interface RunningLoops {
  /** Begins nothing new, and answers when what was begun is finished. */
  stop(): Promise<void>;
}

/** How long a loop rests when the database did not answer: it may be starting again. */
const UNAVAILABLE_REST_MS = SECOND_MS;

/** Runs each loop side by side until it is stopped. A defect in one stops the process: `onDefect` hears of it. */
export function runLoops(loops: readonly Loop[], log: Log, onDefect: (error: unknown) => void): RunningLoops {
  let isStopping = false;
  const wakers = new Set<() => void>();
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      wakers.add(wake);
    });
  const run = async (loop: Loop) => {
    while (!isStopping) {
      const done = await runGuarded(loop, log);
      if (done === 0 && !isStopping) await rest(loop.restMs);
      if (done === null && !isStopping) await rest(UNAVAILABLE_REST_MS);
    }
  };
  const running = loops.map((loop) => run(loop).catch(onDefect));
  return {
    stop: async () => {
      isStopping = true;
      for (const wake of [...wakers]) wake();
      await Promise.all(running);
    },
  };
}

/** Null where the database did not answer: nothing is lost, it is looked at again. */
async function runGuarded(loop: Loop, log: Log): Promise<number | null> {
  try {
    return await loop.runOnce();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    log.warn('the database did not answer', { worker: loop.name });
    return null;
  }
}
