import type { BatchResult } from './batch.ts';
import { runSeeds } from './pool.ts';
import { SABOTEURS } from './saboteurs.ts';

/** A planted bug that survives so many seeds has escaped. */
export const HUNT_SEEDS_MAX = 2000;

/** Few a seed: which faults are on decides, and more seeds go through more of their combinations. */
export const HUNT_RENTALS = 40;

/** Plants each bug in turn and runs seeds until one is violated. Answers the names of those not found. */
export async function huntAll(parts: {
  readonly names: readonly string[];
  readonly jobs: number;
  readonly say: (text: string) => void;
}): Promise<readonly string[]> {
  const escaped: string[] = [];
  for (const name of parts.names) {
    if (!SABOTEURS.some((saboteur) => saboteur.name === name)) throw new Error(`no saboteur is called ${name}`);
    const began = performance.now();
    const found = await hunt(name, parts.jobs);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (found.violation === null) escaped.push(name);
    const verdict = found.violation === null ? 'NOT FOUND' : `found by seed ${found.seed}: ${found.violation}`;
    parts.say(`${name.padEnd(28)} ${String(found.seeds).padStart(4)} seeds ${seconds.padStart(6)} s  ${verdict}\n`);
  }
  return escaped;
}

async function hunt(
  name: string,
  jobs: number,
): Promise<{ readonly seeds: number; readonly seed: number; readonly violation: string | null }> {
  let seeds = 0;
  let seed = 0;
  let violation: string | null = null;
  await runSeeds({
    from: 1,
    seeds: HUNT_SEEDS_MAX,
    rentals: HUNT_RENTALS,
    saboteur: name,
    jobs,
    batchSeeds: 1,
    onResult(result: BatchResult) {
      seeds += result.seeds;
      const [first] = result.failures;
      if (first === undefined) return 'go_on';
      if (violation === null || first.seed < seed) {
        seed = first.seed;
        violation = first.violations[0] ?? 'violated';
      }
      return 'stop';
    },
  });
  return { seeds, seed, violation };
}
