import type { FactKind } from '../../../core/fact/fact.ts';
import { CONTRACT, isAmount } from '../contract.ts';
import { type Database, queryRows, quoteName } from '../open.ts';
import { isBinaryFraction, isInstant, isLocalTime, scaleOf } from './normal.ts';
import type { PreparedFile } from './prepare.ts';
import type { AttributeColumn } from './reading.ts';

/** A reading with nothing special about it. */
export const PLAIN = {
  where: null,
  faults: [],
  lacks: new Set<string>(),
  derived: false,
  zones: new Map<string, string>(),
} as const;

/** Why a type cannot be what the contract's column is; null where it can. */
export function unfitType(type: string, columnName: string, fact: FactKind): string | null {
  const column = CONTRACT[fact].find(({ name }) => name === columnName);
  if (column === undefined || type === 'VARCHAR' || type === '"NULL"' || type === 'NULL') return null;
  if (isAmount(column))
    return scaleOf(type) !== null || isBinaryFraction(type) ? null : `${columnName} as ${type}, which is no number`;
  if (column.form.kind !== 'time') return null;
  if (isInstant(type) || isLocalTime(type)) return null;
  return `${columnName} as ${type}, which is no time: make_timestamptz(${columnName} * 1000) reads epoch milliseconds, to_timestamp(${columnName}) seconds`;
}

/** The columns that nothing used, as text. */
export function attributesOf(file: PreparedFile, isUsed: (name: string) => boolean): readonly AttributeColumn[] {
  return file.table.columns
    .filter(({ name }) => !isUsed(name))
    .map(({ name, type }) => ({ name, sql: type === 'VARCHAR' ? quoteName(name) : `${quoteName(name)}::VARCHAR` }));
}

/** DuckDB's type of an expression over the columns of a file. */
export async function typeOf(database: Database, file: PreparedFile, sql: string): Promise<string> {
  const rows = await queryRows(database, `DESCRIBE SELECT ${sql} AS v FROM ${file.table.from([file.readPath])}`);
  return String(rows[0]?.[1] ?? 'VARCHAR').replace('"NULL"', 'VARCHAR');
}
