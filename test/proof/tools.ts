import { generateKeyPairSync, sign } from 'node:crypto';
import { checkpointText, type SignedCheckpoint } from '../../src/core/remedy/proof/checkpoint.ts';
import { type ChainWalk, walkWhole } from '../../src/core/remedy/proof/verify-chain.ts';
import type { AuditTrail, Signer } from '../../src/flow/ports/audit.ts';
import { proofTools, readPublicKey } from '../../src/world/proof/signing-key.ts';

/** A key of this run of tests, as the operator's. */
export function makeSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    keyId: readPublicKey(pem, 'test').keyId,
    publicKey: pem,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

export function toolsFor({ publicKey }: Signer) {
  return proofTools([readPublicKey(publicKey, 'test')]);
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The walk that `storno audit verify` makes, against the checkpoints of the database and those kept elsewhere. */
export async function walkTrail(
  trail: AuditTrail,
  signer: Signer,
  elsewhere: readonly SignedCheckpoint[],
): Promise<ChainWalk> {
  const known = [...(await trail.checkpoints()), ...elsewhere];
  const checkpoints = [...new Map(known.map((one) => [checkpointText(one) + one.signature, one])).values()];
  const walk = walkWhole(toolsFor(signer), checkpoints);
  for await (const link of trail.links()) walk.take(link);
  walk.finish();
  return walk;
}
