import type { Json } from '../../../core/remedy/proof/canonical.ts';
import type { AuditEntry } from '../../../core/remedy/proof/chain.ts';
import type { SignedCheckpoint } from '../../../core/remedy/proof/checkpoint.ts';
import type { Row } from '../store/sql.ts';

/** A time with every digit that is stored: a hash is one over what is there. */
function exactTime(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

export const ENTRY_COLUMNS = `e.entry_id::float8 as entry_id, e.account_id, e.incident_id,
  ${exactTime('e.happened_at')} as happened_at, e.actor, e.action, e.subject, e.payload`;

export function entryOf(row: Row): AuditEntry {
  return {
    entryId: row.entry_id as number,
    accountId: row.account_id as string,
    incidentId: row.incident_id as string | null,
    at: row.happened_at as string,
    actor: row.actor as string,
    action: row.action as string,
    subject: row.subject as string,
    payload: row.payload as Json,
  };
}

export const CHECKPOINT_COLUMNS = `c.position::float8 as position, c.from_position::float8 as from_position,
  c.format_version, c.head_hash, c.merkle_root, ${exactTime('c.signed_at')} as signed_at, c.key_id, c.public_key,
  c.signature`;

export function checkpointOf(row: Row): SignedCheckpoint {
  return {
    position: row.position as number,
    fromPosition: row.from_position as number,
    formatVersion: row.format_version as number,
    headHash: row.head_hash as string,
    merkleRoot: row.merkle_root as string,
    signedAt: row.signed_at as string,
    keyId: row.key_id as string,
    publicKey: row.public_key as string,
    signature: row.signature as string,
  };
}
