import type { PackSummary } from '../../core/remedy/prove/summary.ts';
import type { Evidence } from '../../core/remedy/prove.ts';

/** Reads all that belongs to an incident, in one snapshot. Null where there is no such incident. */
export interface ProofStore {
  readEvidence(incidentId: string): Promise<Evidence | null>;
}

/** How a pack becomes bytes. The same content makes the same bytes. */
export interface PackPress {
  /** SHA-256 in hexadecimal. */
  digest(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
  /** What a person reads, in two or three pages. */
  printSummary(summary: PackSummary): Promise<Uint8Array>;
  /** One ZIP of these files, in the order of their names. */
  bind(files: ReadonlyMap<string, Uint8Array>): Uint8Array;
}
