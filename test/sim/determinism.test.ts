import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runSeed } from '../../sim/run.ts';

const MAIN = join(import.meta.dirname, '../../sim/main.ts');
const run = promisify(execFile);

/** Calm and hostile ones, with changes of clocks, crashes and restores among them. */
const SEEDS = [1, 2, 10];

async function traceOf(seed: number, zone: string): Promise<string> {
  const { stdout } = await run(process.execPath, [MAIN, '--seed', String(seed), '--rentals', '20'], {
    env: { ...process.env, TZ: zone },
  });
  return /trace ([0-9a-f]{64})/.exec(stdout)?.[1] ?? stdout;
}

test('a seed gives the same trace in two processes and two time zones', async () => {
  for (const seed of SEEDS) {
    const [one, other] = await Promise.all([traceOf(seed, 'Pacific/Auckland'), traceOf(seed, 'America/New_York')]);
    assert.match(one, /^[0-9a-f]{64}$/);
    assert.equal(one, other, `seed ${seed}`);
  }
});

test('two seeds give two traces', async () => {
  const hashOf = async (seed: number) => (await runSeed({ seed, rentals: 20, saboteur: null, echo: null })).hash;
  assert.notEqual(await hashOf(1), await hashOf(2));
});
