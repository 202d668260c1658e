import assert from 'node:assert/strict';
import type { SignedCheckpoint } from '../../src/core/remedy/proof/checkpoint.ts';
import type { Check } from '../../src/core/remedy/verify/check.ts';
import { verifyPack } from '../../src/core/remedy/verify.ts';
import type { Signer } from '../../src/flow/ports/audit.ts';
import { type Pack, prove } from '../../src/flow/remedy/prove.ts';
import { openAuditLog } from '../../src/world/postgres/audit/log.ts';
import { readProof } from '../../src/world/postgres/proof/read.ts';
import { packPress } from '../../src/world/proof/press.ts';
import { readPack } from '../../src/world/proof/read.ts';
import type { TestDatabase } from '../postgres.ts';
import { INCIDENT } from './incident.ts';
import { toolsFor } from './tools.ts';

export const MADE = Date.UTC(2014, 10, 20, 9);

export function proveWorld(database: TestDatabase, signer: Signer) {
  return {
    audit: openAuditLog(database.pool('storno_worker')),
    clock: { now: () => MADE, monotonicMs: () => 0, sleep: async () => undefined },
    openSigner: async () => signer,
    proof: readProof(database.pool('storno_auditor')),
    press: packPress,
  };
}

export async function makePack(database: TestDatabase, signer: Signer): Promise<Pack> {
  const proved = await prove(proveWorld(database, signer), INCIDENT);
  assert.ok(proved.ok, JSON.stringify(proved));
  return proved.value;
}

/** As `storno verify` with the operator's key. */
export function verifyBytes(
  bytes: Uint8Array,
  signer: Signer,
  elsewhere: readonly SignedCheckpoint[] = [],
): readonly Check[] {
  const files = readPack(bytes);
  if (!files.ok) return [{ name: 'the file is an evidence pack', passed: false, seen: files.error }];
  return verifyPack({ files: files.value, tools: toolsFor(signer), elsewhere });
}

export function failuresOf(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ passed }) => !passed).map(({ name, seen }) => `${name}: ${seen}`);
}
