import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { addLeaf, EMPTY_TREE, rootOf } from './merkle.ts';

const digest = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** RFC 6962, section 2.1, word by word. */
function naive(leaves: readonly string[]): Uint8Array {
  const [first] = leaves;
  if (leaves.length === 1) return digest(Buffer.concat([Buffer.from([0]), Buffer.from(first ?? '', 'hex')]));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return digest(Buffer.concat([Buffer.from([1]), naive(leaves.slice(0, k)), naive(leaves.slice(k))]));
}

test('the root built leaf by leaf is that of RFC 6962, for every count up to 70', () => {
  const leaves: string[] = [];
  let tree = EMPTY_TREE;
  for (let count = 1; count <= 70; count += 1) {
    const leaf = createHash('sha256').update(String(count)).digest('hex');
    leaves.push(leaf);
    tree = addLeaf(tree, leaf, digest);
    assert.equal(rootOf(tree, digest), Buffer.from(naive(leaves)).toString('hex'));
  }
});
