import { assert } from '../../kernel/assert.ts';

/** SHA-256 over bytes: a pure function that core, compiled against the bare library, does not have. */
export type ByteDigest = (bytes: Uint8Array) => Uint8Array;

/** A tree that is built leaf by leaf; it holds as many nodes as its count has digits in base two. */
export interface MerkleTree {
  readonly nodes: readonly MerkleNode[];
}

interface MerkleNode {
  readonly leaves: number;
  readonly hash: Uint8Array;
}

export const EMPTY_TREE: MerkleTree = { nodes: [] };

const LEAF = 0;
const INNER = 1;
const HASH_BYTES = 32;

/** The tree with one more leaf: a digest in hexadecimal, of which the 32 bytes are the leaf. */
export function addLeaf(tree: MerkleTree, leaf: string, digest: ByteDigest): MerkleTree {
  const nodes = [...tree.nodes];
  let node: MerkleNode = { leaves: 1, hash: digest(joined(LEAF, bytesOfHex(leaf))) };
  for (let last = nodes.at(-1); last?.leaves === node.leaves; last = nodes.at(-1)) {
    nodes.pop();
    node = { leaves: 2 * node.leaves, hash: digest(joined(INNER, last.hash, node.hash)) };
  }
  return { nodes: [...nodes, node] };
}

/** The root as RFC 6962, section 2.1 defines it, in hexadecimal. A tree without leaves has none. */
export function rootOf(tree: MerkleTree, digest: ByteDigest): string {
  const [smallest, ...larger] = [...tree.nodes].reverse();
  assert(smallest !== undefined, 'a tree without leaves was asked for its root');
  return hexOf(larger.reduce((right, left) => digest(joined(INNER, left.hash, right)), smallest.hash));
}

function joined(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + parts.length * HASH_BYTES);
  bytes[0] = prefix;
  for (const [at, part] of parts.entries()) bytes.set(part, 1 + at * HASH_BYTES);
  return bytes;
}

function bytesOfHex(hex: string): Uint8Array {
  assert(/^[0-9a-f]{64}$/.test(hex), 'a leaf is a SHA-256 in hexadecimal');
  return Uint8Array.from({ length: HASH_BYTES }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
