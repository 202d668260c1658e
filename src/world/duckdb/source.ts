import type { FactKind } from '../../core/fact/fact.ts';

/**
 * One kind of fact as it lies in files, readable as a SQL view. Nothing is copied: every query of the view reads the
 * files again, and only the columns it names. Rows come in order of files, then of rows in the file.
 *
 * The view's columns, in this order:
 * - `source` USMALLINT: index into `sources`;
 * - `reject` UTINYINT: 0 where the row can be used, else a code (`reject.ts` says what each means);
 * - the contract's columns in final types: ids, names and enumerations VARCHAR (never empty, enumerations in lower
 *   case), `amount_minor` (rentals: `amount_due_minor`) BIGINT, `currency` VARCHAR in upper case, times BIGINT in epoch
 *   milliseconds, `purpose` `rental` where the file says nothing. Columns that no file has are NULL;
 * - every attribute as `"@name"` VARCHAR.
 *
 * The road: `declareFacts` (declare.ts) makes the views, `readSettled` (settle.ts) runs the first pass, after which
 * `countUnreadable` is right; `rejectedRows` and `locateIds` (rejected.ts) find physical lines.
 *
 * Where `reject` is not 0, only `source` and `reject` mean anything. Records that are no rows at all (too many fields,
 * not UTF-8, too long) never come to the view: see `countUnreadable`.
 */
export interface DeclaredFact {
  readonly fact: FactKind;
  readonly view: FactView;
  /** Names without the `@`; at most `ATTRIBUTES_MAX`, in order of first appearance. */
  readonly attributes: readonly string[];
  readonly sources: readonly DeclaredSource[];
}

export type FactView = 'rentals_row' | 'payments_row' | 'charges_row' | 'settlements_row';

export type FileFormat = 'csv' | 'ndjson' | 'json' | 'parquet';

/** One file as one kind of fact. */
export interface DeclaredSource {
  /** As the user wrote it, or as the glob matched. */
  readonly file: string;
  readonly format: FileFormat;
  /** Size on disk, for progress. */
  readonly bytes: number;
  /**
   * True where the rows are made from rows that another source already counts (the refunded part of a charge): they
   * are used, but are neither read nor rejected.
   */
  readonly derived: boolean;
}

/** A row of a view: `ordinal` counts the rows of that source in the view from 0. */
export interface RowPlace {
  readonly source: number;
  readonly ordinal: number;
}

/** Where a person finds it: line 1 is the header; in Parquet the first row is 1. */
export interface FileLine {
  readonly file: string;
  readonly line: number;
}

/** A well-formed row that somebody else found unusable: a second record of one id with another content. */
export interface RefusedRow extends RowPlace {
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

/** Attributes beyond this many columns are not evidence any more but a dump; the rest is named in a note. */
export const ATTRIBUTES_MAX = 200;
