import { CONTRACT, viewColumn } from '../contract.ts';
import { quoteName } from '../open.ts';
import { isSampledSql } from '../sample.ts';
import { nameSql } from './normal.ts';
import { attributeName, faultsOf, type Reading, type ViewSettings, waypoint } from './reading.ts';
import { FAULT_CODE_FIRST, rejectSteps } from './reject.ts';
import { stepsOf } from './steps.ts';

/** Files of one shape that are read in one go; `first` is the index of the first among the sources of the fact. */
export interface Alike {
  readonly first: number;
  readonly group: readonly [Reading, ...Reading[]];
}

/** The rows of readings of one shape as SELECT in the columns of the view. */
export function viewSelect(alike: Alike, attributes: readonly string[], settings: ViewSettings): string {
  const [reading] = alike.group;
  return inViewColumns(alike, attributes, normalisedSql(reading, pathsOf(alike), settings));
}

/**
 * Which rows are wanted: those whose id (a column of the contract) hashes to an `id` of the table, and beside them the
 * sample of one in `part`; null wants no sample.
 */
export interface WantedRows {
  readonly column: string;
  readonly table: string;
  readonly part: number | null;
}

/** The condition on a row, from the SQL of its id's hash. */
export function isWantedSql(hash: string, { table, part }: Pick<WantedRows, 'table' | 'part'>): string {
  const isWanted = `${hash} IN (SELECT id FROM ${table})`;
  return part === null ? isWanted : `(${isWanted} OR ${isSampledSql(hash, part)})`;
}

/**
 * The same, of wanted rows only. They are chosen before anything else is worked out of a row: DuckDB would work out all
 * of them first, which costs three times as much for one row in a hundred.
 */
export function wantedSelect(
  alike: Alike,
  attributes: readonly string[],
  { settings, wanted }: { readonly settings: ViewSettings; readonly wanted: WantedRows },
): string {
  const [reading] = alike.group;
  const id = reading.columns.get(wanted.column) ?? { sql: 'NULL', type: 'VARCHAR' };
  const from = reading.file.table.from(pathsOf(alike));
  const isWanted = isWantedSql(`hash(${nameSql(`(${id.sql})`, id.type)})`, wanted);
  const chosen = `(SELECT ${everyColumn(reading)} FROM ${from} WHERE ${isWanted})`;
  return inViewColumns(alike, attributes, stepsSql(reading, rawSql(reading, chosen), settings));
}

function pathsOf({ group }: Alike): readonly string[] {
  return group.map((each) => each.file.readPath);
}

function inViewColumns({ first, group }: Alike, attributes: readonly string[], rows: string): string {
  const [reading] = group;
  const columns = CONTRACT[reading.fact].map((column) => quoteName(viewColumn(column)));
  const own = new Set(reading.attributes.map(({ name }) => name.toLowerCase()));
  const marked = attributes.map((name) =>
    own.has(name.toLowerCase()) ? attributeName(name) : `NULL::VARCHAR AS ${attributeName(name)}`,
  );
  const source = group.length > 1 ? `${first} + "x.file"` : `${first}`;
  const where = reading.derived ? ' WHERE reject = 0' : '';
  return `SELECT (${source})::USMALLINT AS source, reject, ${[...columns, ...marked].join(', ')} FROM (${rows})${where}`;
}

/**
 * Every step from the file's own columns to final values, one SELECT inside the other, so that each value is worked out
 * once and a query that does not want it never touches it. Beside the view's columns there are `x.NAME` (as in the
 * file) and `x.fault_value`.
 */
export function normalisedSql(reading: Reading, paths: readonly string[], settings: ViewSettings): string {
  return stepsSql(reading, rawSql(reading, reading.file.table.from(paths)), settings);
}

/**
 * The rows of one file with `x.row`, their place among its sound records, and `x.ordinal`, their place in the view,
 * both from 0. Numbering keeps DuckDB to one thread, so the view itself has neither.
 */
export function numberedSql(reading: Reading, settings: ViewSettings): string {
  const from = reading.file.table.from([reading.file.readPath]);
  const numbered = `(SELECT ${everyColumn(reading)}, row_number() OVER () - 1 AS storno_row FROM ${from})`;
  const rows = stepsSql(reading, rawSql(reading, numbered, ['storno_row AS "x.row"']), settings);
  const kept = reading.derived ? ' WHERE reject = 0' : '';
  return `SELECT *, row_number() OVER () - 1 AS "x.ordinal" FROM (${rows})${kept}`;
}

/** A star leaves out what the engine adds to the columns of a file, and expressions of a map may use. */
function everyColumn(reading: Reading): string {
  return ['*', ...reading.file.table.hidden, 'file_index'].join(', ');
}

function stepsSql(reading: Reading, raw: string, settings: ViewSettings): string {
  const steps = [...stepsOf(reading, settings), ...rejectSteps(reading, settings)];
  return steps.reduce(
    (inner, step) => (step.length === 0 ? inner : `SELECT *, ${step.join(', ')} FROM (${inner})`),
    raw,
  );
}

/** Step one: what the file says, under the contract's names. */
function rawSql(reading: Reading, from: string, extra: readonly string[] = []): string {
  const { table } = reading.file;
  const values = CONTRACT[reading.fact].flatMap((column) => {
    const expression = reading.columns.get(column.name);
    if (expression === undefined) return [];
    const raw = `${expression.sql} AS ${waypoint(column, 'x')}`;
    return expression.zone === null ? [raw] : [raw, `${expression.zone} AS ${waypoint(column, 'z')}`];
  });
  const attributes = reading.attributes.map(({ name, sql }) => `${sql} AS ${attributeName(name)}`);
  const faults = faultsOf(reading);
  const code = faults.map(({ when }, index) => `WHEN ${when} THEN ${FAULT_CODE_FIRST + index}`).join(' ');
  const value = faults
    .map((fault, index) => `WHEN ${FAULT_CODE_FIRST + index} THEN (${fault.value})::VARCHAR`)
    .join(' ');
  const fault = faults.length === 0 ? '0' : `CASE ${code} ELSE 0 END`;
  const faultValue = faults.length === 0 ? 'NULL::VARCHAR' : `CASE (${fault}) ${value} END`;
  const list = [
    ...values,
    ...attributes,
    'file_index AS "x.file"',
    `${fault} AS "x.fault"`,
    `${faultValue} AS "x.fault_value"`,
    ...extra,
  ];
  const where = reading.where === null ? '' : ` WHERE ${keptSql(reading.where, table.broken?.when ?? 'false')}`;
  return `SELECT ${list.join(', ')} FROM ${from}${where}`;
}

/** What is no row, or where the condition cannot be worked out, is kept: it must be rejected instead of vanishing. */
function keptSql(where: string, broken: string): string {
  return `(${broken} OR coalesce(TRY(coalesce((${where}\n), false)), true))`;
}
