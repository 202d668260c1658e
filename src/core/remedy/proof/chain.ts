import type { Json } from './canonical.ts';
import { canonicalText } from './canonical.ts';

/**
 * The chain of hashes over what was decided. Each entry's hash is one over the entry, its place and the hash before, so
 * that a changed, removed, added or exchanged entry changes every hash after it, and with it the head that a signed
 * checkpoint elsewhere has named.
 */
export interface AuditEntry {
  readonly entryId: number;
  /** Empty where it concerns nobody's account alone. */
  readonly accountId: string;
  readonly incidentId: string | null;
  /** As stored, to the microsecond: `2014-11-16T02:00:00.000000Z`. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly payload: Json;
}

export interface Seal {
  /** From 1 on, without a gap. */
  readonly position: number;
  readonly entryId: number;
  readonly formatVersion: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** SHA-256 in hexadecimal, of the UTF-8 of a text. */
export type TextDigest = (text: string) => string;

/** The hash before the first place. */
export const GENESIS = '0'.repeat(64);

/** The form of the text that is hashed. Another form gets another number, and both are verified for ever. */
export const SEAL_FORMAT = 1;

/** What is hashed for an entry at its place: one line of canonical JSON, so that `sha256sum` gives the same. */
export function sealText(entry: AuditEntry, position: number, prevHash: string): string {
  return canonicalText([
    'storno.audit.seal',
    SEAL_FORMAT,
    position,
    prevHash,
    entry.entryId,
    entry.accountId,
    entry.incidentId,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.payload,
  ]);
}

export interface ChainHead {
  /** 0 before the first place. */
  readonly position: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { position: 0, hash: GENESIS };

/** The next places of the chain for these entries, in this order. */
export function sealEntries(head: ChainHead, entries: readonly AuditEntry[], digest: TextDigest): readonly Seal[] {
  const seals: Seal[] = [];
  let { position, hash } = head;
  for (const entry of entries) {
    const prevHash = hash;
    position += 1;
    hash = digest(sealText(entry, position, prevHash));
    seals.push({ position, entryId: entry.entryId, formatVersion: SEAL_FORMAT, prevHash, hash });
  }
  return seals;
}
