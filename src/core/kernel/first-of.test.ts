import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstOf } from './first-of.ts';

test('the first so many are what sorting all and cutting gives, equal ones in the order given', () => {
  const items = fc.array(fc.record({ rank: fc.nat(5), id: fc.nat() }));
  const byRank = (one: { rank: number }, other: { rank: number }) => one.rank - other.rank;
  fc.assert(
    fc.property(items, fc.nat(12), (all, count) => {
      assert.deepEqual(firstOf(all, count, byRank), all.toSorted(byRank).slice(0, count));
    }),
    { seed: Number(process.env.STORNO_SEED ?? 1) },
  );
});
