import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findSubsets, type SubsetSearch } from './subset.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);

/** Every subset, one by one. */
function bruteForce({ items, target, countMin }: SubsetSearch): readonly string[] {
  const found: string[] = [];
  for (let mask = 1; mask < 2 ** items.length; mask += 1) {
    const chosen = items.filter((_, at) => (mask >> at) & 1);
    const sum = chosen.reduce((total, { size }) => total + size, 0n);
    if (sum === target && chosen.length >= countMin)
      found.push(
        chosen
          .map(({ id }) => id)
          .sort()
          .join(' '),
      );
  }
  return found;
}

test('it finds a subset if there is one, and a second if there are several, as trying all does', () => {
  const sizes = fc.array(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 9 });
  fc.assert(
    fc.property(sizes, fc.bigInt({ min: 0n, max: 40n }), fc.integer({ min: 1, max: 3 }), (list, target, countMin) => {
      const items = list.map((size, at) => ({ id: `i${at}`, size }));
      const expected = target === 0n ? [] : bruteForce({ items, target, countMin });
      const { subsets, isComplete } = findSubsets({ items, target, countMin });
      assert.equal(isComplete, true);
      assert.equal(subsets.length, Math.min(expected.length, 2));
      for (const subset of subsets) assert.ok(expected.includes(subset.join(' ')));
      assert.deepEqual(findSubsets({ items: items.toReversed(), target, countMin }).subsets, subsets);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('a search without end is ended, and says so', () => {
  // Even sizes never make an odd sum: nothing can be cut off early.
  const items = Array.from({ length: 60 }, (_, at) => ({ id: `i${at}`, size: 2n * BigInt(at + 1000) }));
  const started = process.cpuUsage();
  assert.deepEqual(findSubsets({ items, target: 30_001n, countMin: 2 }), { subsets: [], isComplete: false });
  const { user, system } = process.cpuUsage(started);
  assert.ok(user + system < 2e6, `took ${user + system} µs`);
});
