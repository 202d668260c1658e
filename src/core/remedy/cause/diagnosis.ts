import type { Layers } from '../../fact/facts.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Finding } from '../finding.ts';
import type { Population } from '../population.ts';

export type CauseId = `C${string}`;

/** One cause of `docs/causes.md`, as far as the files let it be seen. */
export interface Cause {
  readonly id: CauseId;
  readonly name: string;
  /** 0 (nothing speaks for it) to 1 (its whole fingerprint is there and nothing contradicts). */
  readonly score: number;
  /** What in the data speaks for it, with the numbers, in plain sentences. */
  readonly evidence: string;
  /** What keeps it from happening again. */
  readonly prevention: string;
}

/** When it happened. All four ends are included and are instants of facts, not of buckets. */
export interface IncidentWindow {
  /** First and last end of an affected rental; null where no affected charge has a rental. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** First and last wrong charge. */
  readonly chargedFrom: Instant;
  readonly chargedTo: Instant;
  /** How many findings lie inside, and how many strays outside. */
  readonly inside: number;
  readonly outside: number;
}

export interface Diagnosis {
  readonly incident: IncidentWindow | null;
  /** Best first, at most `CAUSES_SHOWN_MAX`; empty where nothing is wrong. */
  readonly causes: readonly Cause[];
  /**
   * What these files cannot tell, and which further file or column would help. Empty where the first cause is
   * clear.
   */
  readonly cannotTell: readonly string[];
}

export const CAUSES_SHOWN_MAX = 5;

export interface DiagnosisInput {
  readonly findings: readonly Finding[];
  readonly population: Population;
  readonly layers: Layers;
}
