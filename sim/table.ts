import type { BatchResult } from './batch.ts';
import { MARKS } from './expected.ts';
import type { SeedResult } from './seed.ts';
import { FAULTS } from './swarm.ts';

export interface Total {
  readonly seeds: number;
  readonly rentals: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: number;
}

export function sumOf(results: readonly BatchResult[]): Total {
  const counts = new Map<string, number>();
  for (const [name, count] of results.flatMap((result) => result.counts)) {
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const sum = (value: (result: BatchResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  return {
    seeds: sum((result) => result.seeds),
    rentals: sum((result) => result.rentals),
    steps: sum((result) => result.steps),
    virtualMs: sum((result) => result.virtualMs),
    counts,
    failures: sum((result) => result.failures.length),
  };
}

/** Faults that never fired and guards that were never reached. */
export function missing(total: Total): readonly string[] {
  const expected = [...FAULTS.map((fault) => `fault:${fault}`), ...MARKS];
  return expected.filter((name) => (total.counts.get(name) ?? 0) === 0);
}

const YEAR_MS = 365.25 * 86_400_000;

export function sayRun(parts: {
  readonly total: Total;
  readonly seconds: number;
  readonly jobs: number;
  readonly from: number;
  readonly commit: string;
}): string {
  const { total, seconds } = parts;
  const rows = [
    ['seeds', `${total.seeds} (${parts.from} to ${parts.from + total.seeds - 1}), commit ${parts.commit}`],
    ['rental lifecycles', grouped(total.rentals)],
    [
      'duration',
      `${seconds.toFixed(1)} s on ${parts.jobs} threads, ${grouped(Math.round(total.rentals / seconds))} a second`,
    ],
    ['steps of the scheduler', grouped(total.steps)],
    ['virtual time', `${(total.virtualMs / YEAR_MS).toFixed(1)} years`],
    ['crash points met', String(names(total, 'crash:').length)],
    ['seeds violated', String(total.failures)],
  ] as const;
  const faults = FAULTS.map((fault) => [fault, grouped(total.counts.get(`fault:${fault}`) ?? 0)] as const);
  const marks = names(total, 'mark:').map((name) => [name.slice(5), grouped(total.counts.get(name) ?? 0)] as const);
  return `${columns(rows)}\nfaults fired\n${columns(faults)}\nguards reached\n${columns(marks)}\n`;
}

export function sayFailure(failure: SeedResult, commit: string, rentals: number | null): string {
  const more = rentals === null ? '' : ` --rentals ${rentals}`;
  const said = failure.violations.slice(0, 10).map((violation) => `  ${violation}\n`);
  return `seed ${failure.seed} is violated (commit ${commit}); again: npm run sim -- --seed ${failure.seed}${more} --trace
${said.join('')}`;
}

function names(total: Total, prefix: string): readonly string[] {
  return [...total.counts.keys()].filter((name) => name.startsWith(prefix)).sort();
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length), 0);
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('');
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}
