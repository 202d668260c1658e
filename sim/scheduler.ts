import { createAgenda, type Ran } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { Trace } from './trace.ts';

/**
 * The only motor of a run. Everything that ever happens is an entry of the agenda; the next one is taken by virtual
 * time and, where several are due, by chance. After each entry all promises that it settled run out before the next
 * is taken: that is what makes a run of real asynchronous code repeatable.
 */
export interface Scheduler {
  /** True time in virtual milliseconds since 1970, the same for everybody. Processes see their own clocks. */
  now(): number;
  at(when: number, run: () => Ran): void;
  after(ms: number, run: () => Ran): void;
  /** Runs entries up to this instant, or until `stop` says so. Answers the number of entries run. */
  runUntil(end: number, stop: () => boolean): Promise<number>;
  /**
   * One call from a process to the outside. Three points at which the process may die: before the effect, after the
   * effect and before it hears of it, and right after it heard. A dead process never hears.
   */
  effect<T>(process: Process, name: string, act: () => Promise<T> | T): Promise<T>;
}

export interface EffectPlan {
  /** Virtual milliseconds from the call to the effect, and from the effect to the answer. */
  latencyMs(): number;
  /** Which of the three points kills, or freezes, or none: asked once an effect. */
  fate(process: Process, name: string): Fate;
}

export type Fate = 'lives' | 'dies_before' | 'dies_unheard' | 'dies_after' | 'freezes_before' | 'freezes_after';

export function createScheduler(parts: {
  readonly startAt: number;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly plan: EffectPlan;
}): Scheduler {
  const { chance, trace, plan } = parts;
  const agenda = createAgenda();
  let now = parts.startAt;
  let order = 0;

  const at = (when: number, run: () => Ran): void => {
    order += 1;
    agenda.add({ at: when < now ? now : when, tie: chance.unit(), order, run });
  };

  /** Runs for a living process that is awake; waits for one that is frozen; drops for one that is dead. */
  const on = (process: Process, incarnation: number, when: number, run: () => void): void =>
    at(when, () => {
      if (process.incarnation !== incarnation) return 'quiet';
      if (process.frozenUntil > now) {
        on(process, incarnation, process.frozenUntil, run);
        return 'quiet';
      }
      run();
    });

  return {
    now: () => now,
    at,
    after: (ms, run) => at(now + ms, run),
    async runUntil(end, stop) {
      let ran = 0;
      while (agenda.nextAt() <= end && !stop()) {
        const entry = agenda.take();
        if (entry === undefined) break;
        now = entry.at;
        const isQuiet = entry.run() === 'quiet';
        ran += 1;
        if (!isQuiet) await settled();
      }
      if (agenda.nextAt() > end && now < end && Number.isFinite(end)) now = end;
      return ran;
    },
    effect<T>(process: Process, name: string, act: () => Promise<T> | T): Promise<T> {
      const incarnation = process.incarnation;
      return new Promise<T>((resolve, reject) => {
        const hear = (settle: () => void, line: string, dies: boolean): void =>
          on(process, incarnation, now + plan.latencyMs(), () => {
            trace.line(now, process.name, line);
            settle();
            if (dies) at(now, () => process.incarnation === incarnation && process.die('after', name));
          });
        on(process, incarnation, now + plan.latencyMs(), () => {
          const fate = plan.fate(process, name);
          if (fate === 'dies_before') return process.die('before', name);
          if (fate === 'freezes_before') {
            process.freeze(name);
            on(process, incarnation, process.frozenUntil, () => begin('lives'));
            return;
          }
          begin(fate);
        });
        const begin = (fate: Fate): void => {
          trace.line(now, process.name, name);
          const answered = (settle: () => void, line: string): void => {
            if (process.incarnation !== incarnation) return;
            if (fate === 'dies_unheard') process.die('unheard', name);
            if (fate === 'freezes_after') process.freeze(name);
            if (fate !== 'dies_unheard') hear(settle, line, fate === 'dies_after');
          };
          // The effect itself is at once: what takes time in it (a network) makes its own entries.
          Promise.resolve()
            .then(act)
            .then(
              (value) => answered(() => resolve(value), `${name} answered`),
              (error: unknown) => answered(() => reject(error), `${name} threw ${nameOf(error)}`),
            );
        };
      });
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'something';
}

/** All promises that can settle have settled once a turn of the event loop is over. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
