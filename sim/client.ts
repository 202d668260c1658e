import { HOUR_MS, MINUTE_MS } from '../src/core/kernel/time.ts';
import { StoreUnavailable } from '../src/flow/ports/store.ts';
import type { Ran } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Whoever calls our API: the operator's booking system, which keeps saying a thing until it was acknowledged, and says
 * it again where we have lost our memory since. It lives outside and never crashes.
 */
export interface Client {
  /**
   * Says something from `at` on until `say` answers (throws and silence are not answers). `say` runs in one of the
   * processes that take calls, and dies with it.
   */
  insist(errand: Errand): void;
  /** Says again what was acknowledged after this true time. */
  repeatSince(time: number): void;
  /** How many errands are not acknowledged yet, of those whose name begins so. */
  open(prefix: string): number;
}

export interface Errand {
  readonly name: string;
  readonly at: number;
  readonly say: (process: Process) => Promise<void>;
}

/** How long a caller waits before it says it again: twice as long every time, up to the second. */
const PATIENCE_MS = 2 * MINUTE_MS;
const PATIENCE_MS_MAX = 2 * HOUR_MS;

export function createClient(parts: {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly callers: () => readonly Process[];
  readonly onBug: (error: unknown) => void;
}): Client {
  const { scheduler, chance } = parts;
  const done: { readonly errand: Errand; readonly at: number }[] = [];
  const open = new Set<Errand>();

  const start = (errand: Errand, at: number): void => {
    open.add(errand);
    let acknowledged = false;
    let patienceMs = PATIENCE_MS;
    const say = (): Ran => {
      if (acknowledged) return 'quiet';
      const up = parts.callers().filter((process) => process.up);
      scheduler.after(patienceMs + chance.int(patienceMs), say);
      patienceMs = Math.min(2 * patienceMs, PATIENCE_MS_MAX);
      if (up.length === 0) return;
      errand.say(chance.pick(up)).then(
        () => {
          if (acknowledged) return;
          acknowledged = true;
          open.delete(errand);
          done.push({ errand, at: scheduler.now() });
        },
        (error: unknown) => {
          if (!(error instanceof StoreUnavailable)) parts.onBug(error);
        },
      );
    };
    scheduler.at(at, say);
  };

  return {
    insist: (errand) => start(errand, errand.at),
    repeatSince(time) {
      const lost = done.filter((one) => one.at >= time);
      for (const { errand } of lost) start(errand, scheduler.now() + chance.int(MINUTE_MS));
    },
    open: (prefix) => [...open].filter(({ name }) => name.startsWith(prefix)).length,
  };
}
