import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAgenda } from '../../sim/agenda.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 500 };

test('entries come by time, then by tie, then in the order in which they were added', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(3))), (drawn) => {
      const agenda = createAgenda();
      const added = drawn.map(([at, tie], order) => ({ at, tie, order, run: () => {} }));
      for (const entry of added) agenda.add(entry);
      const taken = [];
      for (let entry = agenda.take(); entry !== undefined; entry = agenda.take()) taken.push(entry);
      const expected = [...added].sort((a, b) => a.at - b.at || a.tie - b.tie || a.order - b.order);
      assert.deepEqual(taken, expected);
    }),
    RUNS,
  );
});

test('an agenda with nothing on it is never due', () => {
  assert.equal(createAgenda().nextAt(), Number.POSITIVE_INFINITY);
  assert.equal(createAgenda().take(), undefined);
});
