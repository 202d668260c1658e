import { CONTRACT, type ContractColumn, isAmount, viewColumn, viewType } from './contract.ts';
import {
  choiceSql,
  currencySql,
  isInstant,
  isLocalTime,
  minorSql,
  nameSql,
  TIME_MS_MAX,
  TIME_MS_MIN,
} from './normal.ts';
import { quoteName, quoteText } from './open.ts';
import {
  attributeName,
  canonicals,
  clocksOf,
  type Expression,
  faultsOf,
  isBlank,
  type Reading,
  raws,
  utcs,
  type ViewSettings,
  zones,
} from './reading.ts';
import { FAULT_CODE_FIRST, rejectSql } from './reject.ts';
import { toUtcSql } from './zone.ts';

/**
 * The rows of readings of one shape as SELECT in the columns of the view. `first` is the index of the first of these
 * files among the sources of the fact; the others follow it.
 */
export function viewSelect(
  readings: readonly [Reading, ...Reading[]],
  first: number,
  attributes: readonly string[],
  settings: ViewSettings,
): string {
  const [reading] = readings;
  const columns = CONTRACT[reading.fact].map((column) => quoteName(viewColumn(column)));
  const own = new Set(reading.attributes.map(({ name }) => name.toLowerCase()));
  const marked = attributes.map((name) =>
    own.has(name.toLowerCase()) ? attributeName(name) : `NULL::VARCHAR AS ${attributeName(name)}`,
  );
  const paths = readings.map((each) => each.file.readPath);
  const from = normalisedSql(reading, paths, settings);
  const source = readings.length > 1 ? `${first} + "x.file"` : `${first}`;
  const where = reading.derived ? ' WHERE reject = 0' : '';
  return `SELECT (${source})::USMALLINT AS source, reject, ${[...columns, ...marked].join(', ')} FROM (${from})${where}`;
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
  const numbered = `(SELECT *, file_index, row_number() OVER () - 1 AS storno_row FROM ${from})`;
  const rows = stepsSql(reading, rawSql(reading, numbered, ['storno_row AS "x.row"']), settings);
  const kept = reading.derived ? ' WHERE reject = 0' : '';
  return `SELECT *, row_number() OVER () - 1 AS "x.ordinal" FROM (${rows})${kept}`;
}

function stepsSql(reading: Reading, raw: string, settings: ViewSettings): string {
  const columns = CONTRACT[reading.fact];
  const given = columns.filter(({ name }) => reading.columns.has(name));
  const step = (inner: string, added: readonly string[]) => `SELECT *, ${added.join(', ')} FROM (${inner})`;
  const canonical = given.flatMap((column) => canonicalColumns(column, expressionOf(reading, column)));
  const clocks = given.flatMap((column) => clockColumns(column, expressionOf(reading, column)));
  const finals = columns.flatMap((column) => finalColumns(column, reading, settings));
  let sql = raw;
  if (canonical.length > 0) sql = step(sql, canonical);
  sql = step(sql, [...clocks, `${exponentOf(given)} AS "y.exponent"`]);
  if (finals.length > 0) sql = step(sql, finals);
  return step(sql, [`${rejectSql(reading, settings)} AS reject`]);
}

/** Step one: what the file says, under the contract's names. */
function rawSql(reading: Reading, from: string, extra: readonly string[] = []): string {
  const { table } = reading.file;
  const given = CONTRACT[reading.fact].filter(({ name }) => reading.columns.has(name));
  const values = given.flatMap((column) => {
    const expression = expressionOf(reading, column);
    const raw = `${expression.sql} AS ${raws(column)}`;
    return expression.zone === null ? [raw] : [raw, `${expression.zone} AS ${zones(column)}`];
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

/** Step two: canonical ids, choices and codes, and times that say their zone. */
function canonicalColumns(column: ContractColumn, expression: Expression): readonly string[] {
  const raw = raws(column);
  switch (column.form.kind) {
    case 'name':
      return [`${nameSql(raw, expression.type)} AS ${quoteName(column.name)}`];
    case 'choice':
      return [
        `${choiceSql(expression.type === 'VARCHAR' ? raw : `${raw}::VARCHAR`, column.form.choices)} AS ${canonicals(column)}`,
      ];
    case 'currency':
      return [`${currencySql(expression.type === 'VARCHAR' ? raw : `${raw}::VARCHAR`)} AS ${canonicals(column)}`];
    case 'time':
      return [`${utcSql(raw, expression)} AS ${utcs(column)}`];
    default:
      return [];
  }
}

function utcSql(raw: string, expression: Expression): string {
  if (expression.zone !== null) return 'NULL::BIGINT';
  if (expression.type === 'VARCHAR') return `storno_utc(${raw})`;
  return isInstant(expression.type) ? `CASE WHEN isfinite(${raw}) THEN epoch_ms(${raw}) END` : 'NULL::BIGINT';
}

/** Step three: times that say no zone, as the wall clock's milliseconds. */
function clockColumns(column: ContractColumn, expression: Expression): readonly string[] {
  if (column.form.kind !== 'time') return [];
  return [`${clockSql(column, expression)} AS ${clocksOf(column)}`];
}

function clockSql(column: ContractColumn, { type }: Expression): string {
  const raw = raws(column);
  if (type === 'VARCHAR') return `CASE WHEN ${utcs(column)} IS NULL THEN storno_local(${raw}) END`;
  if (!isLocalTime(type)) return 'NULL::BIGINT';
  return `CASE WHEN isfinite(${raw}::TIMESTAMP) THEN epoch_ms(${raw}::TIMESTAMP) END`;
}

function exponentOf(given: readonly ContractColumn[]): string {
  const currency = given.find(({ form }) => form.kind === 'currency');
  return currency === undefined ? 'NULL::INTEGER' : `storno_exponent(${canonicals(currency)})`;
}

/** Step four: what needs the steps before: amounts in minor units, instants, defaults. */
function finalColumns(column: ContractColumn, reading: Reading, settings: ViewSettings): readonly string[] {
  const name = quoteName(viewColumn(column));
  const expression = reading.columns.get(column.name);
  if (column.form.kind === 'choice') {
    const otherwise = column.form.otherwise === null ? 'NULL::VARCHAR' : quoteText(column.form.otherwise);
    if (expression === undefined) return [`${otherwise} AS ${name}`];
    return [`CASE WHEN ${isBlank(column, expression)} THEN ${otherwise} ELSE ${canonicals(column)} END AS ${name}`];
  }
  if (expression === undefined) return [`NULL::${viewType(column)} AS ${name}`];
  if (column.form.kind === 'currency') return [`${canonicals(column)} AS ${name}`];
  if (isAmount(column)) return [`${minorSql(raws(column), expression.type, '"y.exponent"')} AS ${name}`];
  if (column.form.kind === 'time') return [`${instantSql(column, { reading, expression, settings })} AS ${name}`];
  return [];
}

interface InstantParts {
  readonly reading: Reading;
  readonly expression: Expression;
  readonly settings: ViewSettings;
}

function instantSql(column: ContractColumn, { reading, expression, settings }: InstantParts): string {
  const clock = clocksOf(column);
  const local = expression.zone === null ? localSql(clock, settings) : zonedSql(column, reading);
  const instant = local === null ? utcs(column) : `coalesce(${utcs(column)}, ${local})`;
  return `CASE WHEN ${instant} BETWEEN ${TIME_MS_MIN} AND ${TIME_MS_MAX} THEN ${instant} END`;
}

function localSql(clock: string, { timeZone }: ViewSettings): string | null {
  return timeZone === null ? null : `CASE WHEN ${clock} IS NOT NULL THEN ${toUtcSql(timeZone, clock)} END`;
}

/** The zone stands beside the time: one tree for each zone of the file. */
function zonedSql(column: ContractColumn, reading: Reading): string | null {
  if (reading.zones.size === 0) return null;
  const branches = [...reading.zones].map(
    ([label, zone]) => `WHEN ${quoteText(label)} THEN ${toUtcSql(zone, clocksOf(column))}`,
  );
  return `CASE ${zones(column)} ${branches.join(' ')} END`;
}

function expressionOf(reading: Reading, column: ContractColumn): Expression {
  return reading.columns.get(column.name) ?? { sql: 'NULL', type: 'VARCHAR', zone: null };
}
