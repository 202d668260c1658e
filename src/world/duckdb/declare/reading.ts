import type { FactKind } from '../../../core/fact/fact.ts';
import type { ContractColumn } from '../contract.ts';
import { quoteName, quoteText } from '../open.ts';
import type { PreparedFile } from './prepare.ts';

/** SQL over the columns of a file, and the type of what it gives. */
export interface Expression {
  readonly sql: string;
  readonly type: string;
  /** SQL of the zone's name beside a wall clock time, where the file has a column for it. */
  readonly zone: string | null;
  /** As the user's map has it; null where the expression is ours. */
  readonly mapped: string | null;
}

/** Why a well-formed row of a foreign export is none of ours. `{value}` in the reason stands for the value. */
export interface Fault {
  readonly when: string;
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

export interface AttributeColumn {
  readonly name: string;
  readonly sql: string;
}

/** One file understood as one fact: what is where. */
export interface Reading {
  readonly fact: FactKind;
  readonly file: PreparedFile;
  /** How it was understood, for the notes: `Stripe balance report`. */
  readonly form: string;
  readonly columns: ReadonlyMap<string, Expression>;
  /** Rows for which this is not true are no rows of this fact; null takes all. */
  readonly where: string | null;
  readonly faults: readonly Fault[];
  readonly attributes: readonly AttributeColumn[];
  /** Required columns that this source cannot have: MDS trips have no customer. */
  readonly lacks: ReadonlySet<string>;
  /** Rows made from rows that another reading counts. */
  readonly derived: boolean;
  /** Zones by the names that stand in the file's zone column, those that are known. */
  readonly zones: ReadonlyMap<string, string>;
}

/** The column of that name, whatever its case; null if there is none. */
export function findColumn(file: PreparedFile, name: string): string | null {
  const wanted = name.toLowerCase();
  return file.table.columns.find((each) => each.name.toLowerCase() === wanted)?.name ?? null;
}

/** What the sentences of a scan's views have in common. */
export interface ViewSettings {
  /** IANA zone for times that carry none; null refuses such times. */
  readonly timeZone: string | null;
}

/** The faults of a reading with those of its kind of file, in the order in which they are tried. */
export function faultsOf(reading: Reading): readonly Fault[] {
  const { broken } = reading.file.table;
  return [
    ...(broken === null ? [] : [{ ...broken, column: '' }]),
    ...(reading.where === null ? [] : [conditionFault(reading.where)]),
    ...reading.faults,
  ];
}

function conditionFault(where: string): Fault {
  return {
    when: `TRY(coalesce((${where}\n), false)) IS NULL`,
    column: '',
    value: quoteText(where),
    reason: 'The condition of the map cannot be worked out for this row; use TRY_CAST where a value may be unreadable',
  };
}

export function attributeName(name: string): string {
  return quoteName(`@${name}`);
}

/** A column on its way: `x` as the file has it, the others as `steps.ts` says. */
export function waypoint(column: ContractColumn, letter: string): string {
  return quoteName(`${letter}.${column.name}`);
}
