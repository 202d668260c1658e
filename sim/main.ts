/**
 * `npm run sim`: the real flows of the live half in a world that loses, repeats, delays, crashes and restores.
 * Prints what was run and what it met; exits 1 where a seed was violated, a fault never fired, or a saboteur got away.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { BatchResult } from './batch.ts';
import { huntAll } from './hunt.ts';
import { runSeeds } from './pool.ts';
import { runSeed } from './run.ts';
import { SABOTEURS } from './saboteurs.ts';
import type { SeedResult } from './seed.ts';
import { missing, sayFailure, sayRun, sumOf } from './table.ts';

const USAGE = `npm run sim -- [--seeds N] [--from S] [--rentals N] [--jobs N]     runs N seeds from S (1000 from 1)
               --seed S [--trace]                               runs one seed again, with its log
               --saboteur NAME,…                                plants a bug and counts the seeds until it is found
               --saboteurs                                      all of them
               --list                                           their names
`;

/** From so many seeds on, a fault that never fired or a guard that was never reached fails the run. */
const SEEDS_THAT_MUST_MEET_ALL = 1000;

/** Failing seeds that are printed in full. */
const FAILURES_SHOWN = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    rentals: { type: 'string' },
    saboteur: { type: 'string' },
    saboteurs: { type: 'boolean' },
    jobs: { type: 'string' },
    trace: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

const rentals = values.rentals === undefined ? null : whole('rentals', values.rentals);
const jobs = values.jobs === undefined ? Math.min(2, availableParallelism()) : whole('jobs', values.jobs);

if (values.help === true) say(USAGE);
else if (values.list === true) for (const one of SABOTEURS) say(`${one.name.padEnd(32)} ${one.what}\n`);
else if (values.saboteurs === true) await hunt(SABOTEURS.map((one) => one.name));
else if (values.saboteur !== undefined && values.seed === undefined) await hunt(values.saboteur.split(','));
else if (values.seed !== undefined) await replay(whole('seed', values.seed));
else await runMany(whole('seeds', values.seeds ?? '1000'), whole('from', values.from ?? '1'));

async function runMany(seeds: number, from: number): Promise<void> {
  const began = performance.now();
  const results: BatchResult[] = [];
  const failures: SeedResult[] = [];
  await runSeeds({
    from,
    seeds,
    rentals,
    saboteur: null,
    jobs,
    batchSeeds: 10,
    onResult(result) {
      results.push(result);
      for (const failure of result.failures) {
        failures.push(failure);
        if (failures.length <= FAILURES_SHOWN) say(sayFailure(failure, commit(), rentals));
      }
      return 'go_on';
    },
  });
  const total = sumOf(results);
  say(sayRun({ total, seconds: (performance.now() - began) / 1000, jobs, from, commit: commit() }));
  const unmet = seeds >= SEEDS_THAT_MUST_MEET_ALL ? missing(total) : [];
  for (const one of unmet) say(`never met: ${one}\n`);
  if (failures.length > 0 || unmet.length > 0) process.exitCode = 1;
}

async function replay(seed: number): Promise<void> {
  const echo = values.trace === true ? (line: string) => say(`${line}\n`) : null;
  const result = await runSeed({ seed, rentals, saboteur: values.saboteur ?? null, echo });
  say(`seed ${seed}: ${result.rentals} rentals, ${result.steps} steps, trace ${result.hash}\n`);
  if (result.violations.length > 0) {
    say(sayFailure(result, commit(), rentals));
    process.exitCode = 1;
  }
}

async function hunt(names: readonly string[]): Promise<void> {
  const escaped = await huntAll({ names, jobs, say });
  if (escaped.length > 0) {
    say(`not found: ${escaped.join(', ')}\n`);
    process.exitCode = 1;
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    say(`--${name} wants a whole number, not "${text}"\n${USAGE}`);
    process.exit(2);
  }
  return Number(text);
}

function say(text: string): void {
  process.stdout.write(text);
}
