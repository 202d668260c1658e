import { parentPort } from 'node:worker_threads';
import { runSeed } from './run.ts';
import type { SeedResult } from './seed.ts';

/** What a thread is asked to run, and what it answers: counts are sums over the seeds of the batch. */
export interface Batch {
  readonly seeds: readonly number[];
  readonly rentals: number | null;
  readonly saboteur: string | null;
}

export interface BatchResult {
  readonly seeds: number;
  readonly rentals: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly counts: readonly (readonly [string, number])[];
  readonly failures: readonly SeedResult[];
}

export async function runBatch(batch: Batch): Promise<BatchResult> {
  const counts = new Map<string, number>();
  const failures: SeedResult[] = [];
  let rentals = 0;
  let steps = 0;
  let virtualMs = 0;
  for (const seed of batch.seeds) {
    const result = await runSeed({ seed, rentals: batch.rentals, saboteur: batch.saboteur, echo: null });
    rentals += result.rentals;
    steps += result.steps;
    virtualMs += result.virtualMs;
    for (const [name, count] of result.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    if (result.violations.length > 0) failures.push({ ...result, counts: [] });
  }
  return { seeds: batch.seeds.length, rentals, steps, virtualMs, counts: [...counts], failures };
}

parentPort?.on('message', (batch: Batch) => {
  runBatch(batch).then(
    (result) => parentPort?.postMessage(result),
    (error: unknown) => {
      throw error;
    },
  );
});
