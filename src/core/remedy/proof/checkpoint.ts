import { canonicalText } from './canonical.ts';

/**
 * How far the chain reaches: so many places, this last hash, this root over the hashes of its last part. Once a copy
 * lies where nobody who may write to the database can reach it, nothing before its place can change unseen.
 */
export interface Checkpoint {
  readonly position: number;
  /** The first place of the part under the root; the checkpoint before ends one earlier. */
  readonly fromPosition: number;
  readonly formatVersion: number;
  readonly headHash: string;
  readonly merkleRoot: string;
  /** To the microsecond, as an entry's time. */
  readonly signedAt: string;
  readonly keyId: string;
}

/** A checkpoint with its signature: Ed25519 over `checkpointText`, in base64. */
export interface SignedCheckpoint extends Checkpoint {
  /** PEM. A word of whoever made it: whoever verifies has the key from elsewhere. */
  readonly publicKey: string;
  readonly signature: string;
}

export const CHECKPOINT_FORMAT = 1;

/** What is signed, as one line of canonical JSON. */
export function checkpointText(checkpoint: Checkpoint): string {
  return canonicalText([
    'storno.audit.checkpoint',
    checkpoint.formatVersion,
    checkpoint.position,
    checkpoint.fromPosition,
    checkpoint.headHash,
    checkpoint.merkleRoot,
    checkpoint.signedAt,
    checkpoint.keyId,
  ]);
}
