import { Worker } from 'node:worker_threads';
import type { Batch, BatchResult } from './batch.ts';

/**
 * Runs seeds on threads, in batches; `onResult` hears of each. Seeds know nothing of each other, so the order in which
 * batches end does not matter. Answers when all are done, or when `onResult` answers `stop`.
 */
export function runSeeds(parts: {
  readonly from: number;
  readonly seeds: number;
  readonly rentals: number | null;
  readonly saboteur: string | null;
  readonly jobs: number;
  /** Seeds that a thread takes at once: small enough that all end together, large enough that messages cost nothing. */
  readonly batchSeeds: number;
  readonly onResult: (result: BatchResult) => 'go_on' | 'stop';
}): Promise<void> {
  const end = parts.from + parts.seeds;
  let next = parts.from;
  let stopped = false;
  const takeBatch = (): Batch | null => {
    if (stopped || next >= end) return null;
    const size = Math.min(parts.batchSeeds, end - next);
    const seeds = Array.from({ length: size }, (_, index) => next + index);
    next += size;
    return { seeds, rentals: parts.rentals, saboteur: parts.saboteur };
  };
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./batch.ts', import.meta.url));
      const give = (): void => {
        const batch = takeBatch();
        if (batch === null) worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(batch);
      };
      worker.on('error', reject);
      worker.on('message', (result: BatchResult) => {
        if (parts.onResult(result) === 'stop') stopped = true;
        give();
      });
      give();
    });
  return Promise.all(Array.from({ length: parts.jobs }, thread)).then(() => undefined);
}
