import { CHARGE_STATUSES } from '../../core/fact/charge.ts';
import { type FactKind, PURPOSES } from '../../core/fact/fact.ts';
import type { Coverage, Layers } from '../../core/fact/facts.ts';
import { PAYMENT_KINDS, PAYMENT_STATUSES } from '../../core/fact/payment.ts';
import type { RowCounts } from '../../core/remedy/import.ts';
import type { WantedRows } from './declare/view.ts';
import type { Database } from './open.ts';
import type { DeclaredFact } from './source.ts';

/**
 * The outline: one narrow row for each record of the files, stored in a database file in the spill folder. Whole
 * rows would cost ten times the reading; these few fixed-width columns answer every question of the screen, and what
 * they point at is read again from the files (`gather.ts`).
 *
 * - Rows have no order: keeping it would cost a third of the reading of CSV, and only contradictions ask for it.
 * - Ids stand as 64-bit hashes. Two ids with one hash (1 in 10 000 scans of 50 million) are told apart wherever rows
 *   are
 *   counted or delivered (`repeats.ts`, `gather.ts`); in the screen they can only join two cases into one.
 * - `fate`: 0 used, 1 to 253 rejected by the view (the other columns then mean nothing), `REPEATED`, `CONFLICTING`.
 */
export const OUTLINE = 'outline';

/** The database file of what has a row for every record; all else is small, and in memory writing costs a third. */
export const STORE = 'store';

export const USED = 0;
export const REPEATED = 254;
export const CONFLICTING = 255;

/** The column of each fact whose first and last value is its coverage. */
export const TIME_COLUMN: Readonly<Record<FactKind, string>> = {
  rentals: 'ended_at',
  payments: 'created_at',
  charges: 'created_at',
  settlements: 'booked_at',
};

/**
 * A word of the contract as its place in the list: a byte instead of a text, which costs as much as all else together.
 */
export function codeSql(column: string, words: readonly string[]): string {
  const branches = words.map((word, place) => `when '${word}' then ${place}`);
  return `(case ${column} ${branches.join(' ')} end)::utinyint`;
}

/** A currency as 32 bits of its hash, which are different for all known codes (a test sees to it). */
export function currencyHash(column: string): string {
  return `(hash(${column}) >> 32)`;
}

/** The conditions of the outline that need to know the codes. */
export const IS_RENTAL = `purpose = ${PURPOSES.indexOf('rental')}`;
export const IS_CHARGE = `kind = ${PAYMENT_KINDS.indexOf('charge')}`;
export const IS_REVERSAL = `kind = ${PAYMENT_KINDS.indexOf('chargeback_reversal')}`;
export const IS_SUCCEEDED = `status = ${PAYMENT_STATUSES.indexOf('succeeded')}`;
export const IS_LEG = `(${IS_CHARGE} and ${IS_SUCCEEDED})`;
export const IS_BOOKED = `status = ${CHARGE_STATUSES.indexOf('succeeded')}`;

export function outlineTable(fact: FactKind): string {
  return `${OUTLINE}.${fact}`;
}

/** What one reading of all rows told. */
export interface Outlined {
  /** Rows of the views; derived ones are in none of these numbers. */
  readonly counts: ReadonlyMap<FactKind, RowCounts>;
  /** By fact, rows with a reject code in each source, parallel to `sources`. */
  readonly coded: ReadonlyMap<FactKind, readonly number[]>;
  readonly layers: Layers;
  readonly coverage: Coverage;
  /** Facts of which some ids occur more than once, or seem to. */
  readonly twins: ReadonlySet<FactKind>;
}

/** The facts of one scan, in place in their files, and the outline that was drawn of them. */
export interface Holdings {
  readonly database: Database;
  readonly declared: readonly DeclaredFact[];
  readonly outlined: Outlined;
  /** A query in the columns of the fact's view that reads wanted rows only. */
  readonly wantedSql: (fact: FactKind, wanted: WantedRows) => string;
}

/**
 * Whether some row of the fact cannot be used. Where none is, no later reading has to find out again, which costs half.
 */
export function hasRejected({ coded }: Outlined, fact: FactKind): boolean {
  return coded.get(fact)?.some((rows) => rows > 0) === true;
}

/** Whether the fact holds several records of some id, or seems to. */
export function hasTwins({ twins }: Outlined, fact: FactKind): boolean {
  return twins.has(fact);
}
