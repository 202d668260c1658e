import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from '../../sim/run.ts';
import { SEEDS_THAT_FOUND } from './seeds.ts';

for (const [seed, what] of SEEDS_THAT_FOUND) {
  test(`seed ${seed} holds, which found that ${what}`, async () => {
    const { violations } = await runSeed({ seed, rentals: null, saboteur: null, echo: null });
    assert.deepEqual(violations, []);
  });
}

test('seeds from 1 on hold', async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { violations } = await runSeed({ seed, rentals: 20, saboteur: null, echo: null });
    assert.deepEqual(violations, [], `npm run sim -- --seed ${seed} --rentals 20 --trace`);
  }
});
