import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeChance } from './chance.ts';

test('a stream is the same on every machine: these draws are fixed', () => {
  const chance = makeChance(1);
  assert.deepEqual([chance.hex(16), chance.integer(1, 6), chance.pick(['a', 'b', 'c'])], ['99ef4497a431de1f', 3, 'c']);
});

test('draws are spread evenly', () => {
  const chance = makeChance(20_141_110);
  const faces = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i += 1) {
    const face = chance.integer(0, 9);
    faces[face] = (faces[face] ?? 0) + 1;
  }
  // Four standard deviations of a binomial count around 10,000.
  for (const count of faces) assert(Math.abs(count - 10_000) < 4 * 95, `${count} of 10,000`);
});

test('forks are streams of their own and do not move the stream they came from', () => {
  const one = makeChance(7);
  const other = makeChance(7);
  other.fork('drives').next();
  assert.equal(one.next(), other.next());
  assert.notEqual(makeChance(7).fork('drives').next(), makeChance(7).fork('bills').next());
});

test('a shuffle keeps every item, and a quantile table is met at its ends', () => {
  const chance = makeChance(3);
  const list = Array.from({ length: 50 }, (_, index) => index);
  assert.deepEqual(
    chance.shuffle(list).toSorted((a, b) => a - b),
    list,
  );
  for (let i = 0; i < 1000; i += 1) {
    const value = chance.fromQuantiles([2, 3, 9]);
    assert(value >= 2 && value < 9);
  }
});
