import type { FactKind } from '../../../core/fact/fact.ts';
import type { Fault } from './reading.ts';

/** An export of somebody else's system that is recognised by its header. */
export interface KnownExport {
  /** As it is called in notes and refusals. */
  readonly name: string;
  /** Columns that must all be there, in lower case; of a group in an array, one. */
  readonly needs: readonly (string | readonly string[])[];
  /** How it is read as each fact that it can be; the first gives the rows, the others are derived from them. */
  readonly facts: Readonly<Partial<Record<FactKind, (columns: KnownColumns) => readonly KnownReading[]>>>;
}

/** The columns of one file, for the maker of its expressions. */
export interface KnownColumns {
  /** SQL of the first of these columns that the file has, as text; `NULL` where it has none. */
  readonly text: (...names: readonly string[]) => string;
  readonly has: (name: string) => boolean;
  /** SQL of the first metadata column with one of these keys: `payment_metadata[rental_id]`, `rental_id (metadata)`. */
  readonly metadata: (...keys: readonly string[]) => string;
  /** Which of day and month comes first in dates with slashes. */
  readonly dateOrder: 'day' | 'month';
}

export interface KnownReading {
  /** SQL by contract column; times may be a wall clock with the column of its zone. */
  readonly columns: Readonly<Record<string, string | { readonly local: string; readonly zone: string }>>;
  readonly where: string | null;
  readonly faults: readonly Fault[];
  /** Attributes are all columns but those used above and these. */
  readonly drop: readonly string[];
  /** Columns that stay attributes although an expression uses them. */
  readonly keep: readonly string[];
  readonly lacks: readonly string[];
}
