import type { Instant } from '../../core/kernel/time.ts';
import type { AuditEntry } from '../../core/remedy/proof/chain.ts';
import type { Checkpoint, SignedCheckpoint } from '../../core/remedy/proof/checkpoint.ts';
import type { Link } from '../../core/remedy/proof/verify-chain.ts';

/** The audit log. Methods throw `StoreUnavailable` where the database does not answer. */
export interface AuditLog {
  /**
   * Gives entries that have none their places in the chain, at most `limit`, by one hand at a time. Looks at those
   * whose numbers are above `after`; null looks among the newest alone, which is cheap. Answers how many, and the last
   * number.
   */
  seal(request: {
    readonly after: number | null;
    readonly limit: number;
  }): Promise<{ readonly sealed: number; readonly last: number }>;
  /** Where the chain ends, where the last checkpoint is, and whether an incident was closed since. */
  readAuditState(): Promise<AuditState>;
  /** Signs how far the chain reaches. Null where no place is new since the last checkpoint. */
  checkpoint(request: {
    readonly now: Instant;
    readonly keyId: string;
    sign(checkpoint: Checkpoint): SignedCheckpoint;
  }): Promise<SignedCheckpoint | null>;
}

export interface AuditState {
  /** 0 where nothing was sealed yet. */
  readonly position: number;
  readonly checkpointPosition: number;
  readonly checkpointAt: Instant | null;
  readonly isIncidentClosedSince: boolean;
}

/** Reads the log; changes nothing. */
export interface AuditTrail {
  checkpoints(): Promise<readonly SignedCheckpoint[]>;
  /** The whole chain in order of places, in one snapshot, so many at once that memory stays flat. */
  links(): AsyncIterable<Link>;
  /** Entries that have no place yet. */
  countUnsealed(): Promise<number>;
  /** Newest first. */
  list(filter: { readonly limit: number }): Promise<readonly PlacedEntry[]>;
  /** What happened in an incident, in order of time. */
  timelineOf(incidentId: string): Promise<readonly PlacedEntry[]>;
}

export interface PlacedEntry extends AuditEntry {
  /** Null until it is sealed. */
  readonly position: number | null;
}

/** Signs with the operator's key. */
export interface Signer {
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
  /** Ed25519, in base64. */
  sign(text: string): string;
}
