import type { ActorOptions } from '../actor.ts';

export interface RunOptions extends ActorOptions {
  readonly dryRun?: boolean;
  readonly canary?: number;
  /** Refunds a second. */
  readonly rate?: number;
  /** Starts it and leaves the work to workers. */
  readonly detach?: boolean;
  readonly concurrency: number;
}
