import type { Chance } from '../../sim/chance.ts';
import type { Instant } from '../../src/core/kernel/time.ts';
import type { ChargeCase } from '../../src/core/live/charge.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';

/** One method of a store with its arguments, to be run on several. */
export interface Command {
  readonly name: string;
  run(store: LiveStore): Promise<unknown>;
}

/** What a run remembers: cases as they were read at some time, so that late ones are stale. */
export interface Session {
  readonly prefix: string;
  readonly chance: Chance;
  readonly cases: ChargeCase[];
  now: Instant;
}

export function beginSession(prefix: string, chance: Chance, from: Instant): Session {
  return { prefix, chance, cases: [], now: from };
}

/** One of few, so that commands meet. */
export function rentalId({ prefix, chance }: Session): string {
  return `${prefix}r${chance.int(6)}`;
}
