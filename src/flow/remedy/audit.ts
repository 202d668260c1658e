import { HOUR_MS } from '../../core/kernel/time.ts';
import type { SignedCheckpoint } from '../../core/remedy/proof/checkpoint.ts';
import { checkpointText } from '../../core/remedy/proof/checkpoint.ts';
import type { AuditLog, Signer } from '../ports/audit.ts';
import type { Clock } from '../ports/world.ts';

/** Sealing and signing, apart from whatever writes entries. */
export interface AuditWorld {
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Opens the key when something is to be signed. Null where it cannot be had: sealing goes on without it. */
  openSigner(): Promise<Signer | null>;
}

/** As much as one transaction takes well. */
const SEALS_AT_ONCE = 1000;

/** How long what was decided may rest on the database alone. */
const CHECKPOINT_EVERY_MS = HOUR_MS;

/** Seals what is new, then signs a checkpoint where one is due. Answers how many entries were sealed. */
export async function runOnce(world: AuditWorld): Promise<number> {
  const { sealed } = await world.audit.seal({ after: null, limit: SEALS_AT_ONCE });
  if (sealed === 0 && (await isCheckpointDue(world))) await checkpointNow(world);
  return sealed;
}

/** Seals every entry, however late its transaction ended, and signs. Null where nothing is new, or nobody can sign. */
export async function checkpointNow(world: AuditWorld): Promise<SignedCheckpoint | null> {
  await sealAll(world.audit);
  const signer = await world.openSigner();
  if (signer === null) return null;
  const { keyId, publicKey } = signer;
  return world.audit.checkpoint({
    now: world.clock.now(),
    keyId,
    sign: (checkpoint) => ({ ...checkpoint, publicKey, signature: signer.sign(checkpointText(checkpoint)) }),
  });
}

async function sealAll(audit: AuditLog): Promise<void> {
  for (let after = 0; ; ) {
    const { sealed, last } = await audit.seal({ after, limit: SEALS_AT_ONCE });
    if (sealed === 0) return;
    after = last;
  }
}

async function isCheckpointDue({ audit, clock }: AuditWorld): Promise<boolean> {
  const state = await audit.readAuditState();
  if (state.position === state.checkpointPosition) return false;
  return (
    state.isIncidentClosedSince ||
    state.checkpointAt === null ||
    clock.now() - state.checkpointAt >= CHECKPOINT_EVERY_MS
  );
}
