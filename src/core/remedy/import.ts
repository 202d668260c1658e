import type { FactKind } from '../fact/fact.ts';

/** What became of the rows of one fact: `read = used + repeated + rejected`, always. */
export interface RowCounts {
  readonly read: number;
  readonly used: number;
  /** The same record seen again (exports overlap); the first is the one that is used. */
  readonly repeated: number;
  readonly rejected: number;
}

/** The counts of every fact; a layer that was not given has none. */
export type ImportCounts = Readonly<Partial<Record<FactKind, RowCounts>>>;

/** A row that could not be used: one line of `rejected.csv`. */
export interface RejectedRow {
  readonly file: string;
  /** Physical line in the file, the header being line 1; for Parquet the row number, the first being 1. */
  readonly line: number;
  /** The contract's column that is at fault, or empty where the whole row is. */
  readonly column: string;
  /** What stood there, cut to `REJECTED_VALUE_LENGTH_MAX` characters. */
  readonly value: string;
  /** What is wrong with it and what to do, as a sentence. */
  readonly reason: string;
}

/** Enough to recognise the value; a 5 MB line must not make a 5 MB report. */
export const REJECTED_VALUE_LENGTH_MAX = 200;
