import { readFile } from 'node:fs/promises';
import { canonicalText } from '../../core/remedy/proof/canonical.ts';
import type { SignedCheckpoint } from '../../core/remedy/proof/checkpoint.ts';
import { codeOf, trouble } from '../postgres/embedded/trouble.ts';

/** A checkpoint as one line of a file: a file of them is a copy of all that were ever exported into it. */
export function writtenCheckpoint(checkpoint: SignedCheckpoint): string {
  return canonicalText({
    position: checkpoint.position,
    from_position: checkpoint.fromPosition,
    format_version: checkpoint.formatVersion,
    head_hash: checkpoint.headHash,
    merkle_root: checkpoint.merkleRoot,
    signed_at: checkpoint.signedAt,
    key_id: checkpoint.keyId,
    public_key: checkpoint.publicKey,
    signature: checkpoint.signature,
  });
}

/** A line of such a file; null where it is none. */
export function readCheckpoint(line: string): SignedCheckpoint | null {
  const read = parsed(line);
  if (typeof read !== 'object' || read === null) return null;
  const row: Readonly<Record<string, unknown>> = { ...read };
  const count = (name: string) => (Number.isSafeInteger(row[name]) ? (row[name] as number) : null);
  const text = (name: string) => (typeof row[name] === 'string' ? (row[name] as string) : null);
  const position = count('position');
  const fromPosition = count('from_position');
  const formatVersion = count('format_version');
  const headHash = text('head_hash');
  const merkleRoot = text('merkle_root');
  const signedAt = text('signed_at');
  const keyId = text('key_id');
  const publicKey = text('public_key');
  const signature = text('signature');
  if (position === null || fromPosition === null || formatVersion === null || headHash === null) return null;
  if (merkleRoot === null || signedAt === null || keyId === null || publicKey === null || signature === null) {
    return null;
  }
  return { position, fromPosition, formatVersion, headHash, merkleRoot, signedAt, keyId, publicKey, signature };
}

/** All checkpoints of a file that `storno audit checkpoint --out` has written. */
export async function readCheckpoints(path: string): Promise<readonly SignedCheckpoint[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw trouble(`${path} cannot be read: ${codeOf(error)}.`);
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const checkpoint = readCheckpoint(line);
      if (checkpoint === null) throw trouble(`Line ${at + 1} of ${path} is no checkpoint.`);
      return checkpoint;
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
