import type { Fault } from '../../sim/swarm.ts';

/** One thing that goes wrong, what Storno does about it, and who watches that it does. */
export interface Row {
  readonly number: number;
  readonly wrong: string;
  readonly does: string;
  readonly proofs: readonly Proof[];
  /** What of it cannot be tested yet, because the part that it concerns does not exist; null where nothing is left. */
  readonly later: Later | null;
}

export type Proof =
  /** Titles stand in the file as they are written there, `…` for what a template puts in. */
  | { readonly kind: 'test'; readonly file: string; readonly titles: readonly string[] }
  /** Fault kinds of the simulator, on in its seeds. */
  | { readonly kind: 'fault'; readonly faults: readonly Fault[] }
  /** Planted bugs that the simulator must find. */
  | { readonly kind: 'saboteur'; readonly names: readonly string[] };

export interface Later {
  readonly awaits: Part;
  readonly why: string;
}

/** Parts that do not exist yet, and the names of files and tables by which they are recognised once they do. */
export const PARTS = {
  'refund campaigns': /campaign|refund-intent|refund_intent|send-refund/,
  approvals: /approval|approve|four-eyes/,
  letters: /letter/,
  'bank files': /camt|bank-|bank_|statement-import/,
  'other ways of paying out': /transfer-out|payout-intent|iban|alternative/,
  'direct debit': /debit|sepa/,
  erasure: /erasure|erase|personal/,
  'merging of accounts': /merge|account_root|account-root/,
  'signed proofs': /chain|checkpoint/,
} as const;

export type Part = keyof typeof PARTS;

export function tests(file: string, ...titles: readonly string[]): Proof {
  return { kind: 'test', file, titles };
}

export function simulated(...faults: readonly Fault[]): Proof {
  return { kind: 'fault', faults };
}

export function planted(...names: readonly string[]): Proof {
  return { kind: 'saboteur', names };
}

export function later(awaits: Part, why: string): Later {
  return { awaits, why };
}
