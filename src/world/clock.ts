import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../flow/ports/world.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => wait(ms),
};
