import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { endToEndIdOf } from './end-to-end-id.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('our own ids stay readable', () => {
  assert.equal(endToEndIdOf('rfd_01jcqv5h2x8k', sha256), 'rfd-01jcqv5h2x8k');
  assert.equal(endToEndIdOf('rnt_7:rental:1', sha256), 'rnt-7:rental:1');
});

test('longer ones and other letters become a digest of 35 characters', () => {
  for (const id of ['x'.repeat(36), 'a-b', 'ü', '', '/']) {
    assert.match(endToEndIdOf(id, sha256), /^x-[0-9a-f]{33}$/);
  }
});

test('different ids get different references, which every bank takes', () => {
  const id = fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[a-z_:.-]{1,6}$/));
  fc.assert(
    fc.property(id, id, (one, other) => {
      assert.match(endToEndIdOf(one, sha256), /^[A-Za-z0-9:.-]{1,35}$/);
      if (one !== other) assert.notEqual(endToEndIdOf(one, sha256), endToEndIdOf(other, sha256));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
