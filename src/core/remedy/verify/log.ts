import type { AuditEntry, ChainHead } from '../proof/chain.ts';
import { GENESIS } from '../proof/chain.ts';
import type { SignedCheckpoint } from '../proof/checkpoint.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { text, textOrNull, whole } from '../proof/read-rows.ts';
import { ChainWalk } from '../proof/verify-chain.ts';
import { type Check, check, type Verifying } from './check.ts';

/**
 * That the audit entries of the incident stand in the chain where the signed checkpoints say. Entries of others are in
 * the pack as hashes alone: they show that nothing was left out between, and nothing else.
 */
export function checkLog(rows: PackRows, { tools, elsewhere }: Verifying): readonly Check[] {
  const seals = rows.audit_seal.toSorted((one, other) => whole(one, 'position') - whole(other, 'position'));
  const checkpoints = rows.audit_checkpoint.map(checkpointOf);
  const entries = new Map(rows.audit_entry.map((row) => [whole(row, 'entry_id'), row]));
  const walk = new ChainWalk(tools, startOf(seals[0]), checkpoints);
  for (const seal of seals) {
    const entry = entries.get(whole(seal, 'entry_id'));
    walk.take({ seal: sealOf(seal), entry: entry === undefined ? null : entryOf(entry) });
  }
  walk.finish();
  const last = walk.head.position;
  const unsigned = walk.covered < last ? [`places after ${walk.covered} are covered by no checkpoint`] : [];
  return [
    check(
      'the audit chain leads to its signed checkpoints',
      [...walk.faults, ...unsigned],
      `${seals.length} places to ${last}`,
    ),
    check('every audit entry has its place', placeFaults(rows), `${rows.audit_entry.length} entries`),
    check(
      'decisions are in the audit log as they are in the plans',
      decisionFaults(rows),
      `${rows.plan_decision.length} decisions`,
    ),
    check(
      'the chain agrees with the checkpoints that were kept elsewhere',
      elsewhereFaults(rows, elsewhere),
      keptSeen(elsewhere),
    ),
  ];
}

function keptSeen(elsewhere: readonly SignedCheckpoint[]): string {
  return elsewhere.length === 0 ? 'none was given' : `${elsewhere.length} checkpoints`;
}

function startOf(first: PackRow | undefined): ChainHead {
  if (first === undefined) return { position: 0, hash: GENESIS };
  const position = whole(first, 'position') - 1;
  return { position, hash: position === 0 ? GENESIS : text(first, 'prev_hash') };
}

function placeFaults(rows: PackRows): readonly string[] {
  const placed = new Set(rows.audit_seal.map((row) => whole(row, 'entry_id')));
  const incidentId = rows.incident[0]?.incident_id ?? null;
  return rows.audit_entry.flatMap((row) => [
    ...(placed.has(whole(row, 'entry_id')) ? [] : [`entry ${row.entry_id} has no place`]),
    ...(row.incident_id === incidentId ? [] : [`entry ${row.entry_id} is of another incident`]),
  ]);
}

function decisionFaults(rows: PackRows): readonly string[] {
  return rows.plan_decision
    .filter(
      (decision) =>
        !rows.audit_entry.some(
          (entry) =>
            entry.action === `plan.${decision.decision}` &&
            entry.subject === decision.plan_id &&
            entry.actor === decision.decided_by &&
            isAbout(entry, text(decision, 'digest')),
        ),
    )
    .map((decision) => `the decision about plan ${decision.plan_id} is not in the log`);
}

function isAbout({ payload }: PackRow, digest: string): boolean {
  return typeof payload === 'object' && payload !== null && 'digest' in payload && payload.digest === digest;
}

function elsewhereFaults(rows: PackRows, elsewhere: readonly SignedCheckpoint[]): readonly string[] {
  const hashes = new Map(rows.audit_seal.map((row) => [whole(row, 'position'), row.hash]));
  return elsewhere
    .filter(({ position, headHash }) => hashes.has(position) && hashes.get(position) !== headHash)
    .map(({ position }) => `place ${position} had another hash when its checkpoint was kept`);
}

function sealOf(row: PackRow) {
  return {
    position: whole(row, 'position'),
    entryId: whole(row, 'entry_id'),
    formatVersion: whole(row, 'format_version'),
    prevHash: text(row, 'prev_hash'),
    hash: text(row, 'hash'),
  };
}

function entryOf(row: PackRow): AuditEntry {
  return {
    entryId: whole(row, 'entry_id'),
    accountId: text(row, 'account_id'),
    incidentId: textOrNull(row, 'incident_id'),
    at: text(row, 'happened_at'),
    actor: text(row, 'actor'),
    action: text(row, 'action'),
    subject: text(row, 'subject'),
    payload: row.payload ?? null,
  };
}

function checkpointOf(row: PackRow): SignedCheckpoint {
  return {
    position: whole(row, 'position'),
    fromPosition: whole(row, 'from_position'),
    formatVersion: whole(row, 'format_version'),
    headHash: text(row, 'head_hash'),
    merkleRoot: text(row, 'merkle_root'),
    signedAt: text(row, 'signed_at'),
    keyId: text(row, 'key_id'),
    publicKey: text(row, 'public_key'),
    signature: text(row, 'signature'),
  };
}
