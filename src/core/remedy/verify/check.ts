import type { SignedCheckpoint } from '../proof/checkpoint.ts';
import type { ProofTools } from '../proof/verify-chain.ts';

/** One thing that was recomputed, and what was seen. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was compared and how much of it, or what is wrong, in a sentence. */
  readonly seen: string;
}

/** A file of a pack as it was read. */
export interface PackFile {
  readonly name: string;
  /** Null where it is no UTF-8. */
  readonly text: string | null;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Verifying {
  readonly files: ReadonlyMap<string, PackFile>;
  readonly tools: ProofTools;
  /** Checkpoints that were kept apart from the operator; empty where nobody kept any. */
  readonly elsewhere: readonly SignedCheckpoint[];
}

/** Faults that one check tells; beyond them it says how many there are. */
const FAULTS_TOLD_MAX = 5;

/** A check from its faults: passed where there is none. */
export function check(name: string, faults: readonly string[], seen: string): Check {
  if (faults.length === 0) return { name, passed: true, seen };
  const told = faults.slice(0, FAULTS_TOLD_MAX).join('; ');
  const more = faults.length - FAULTS_TOLD_MAX;
  return { name, passed: false, seen: more > 0 ? `${told}; and ${more} more` : told };
}
