import { CONTRACT, type ContractColumn, viewColumn, viewType } from '../contract.ts';
import { quoteName, quoteText } from '../open.ts';
import {
  amountTextSql,
  choiceSql,
  currencySql,
  isInstant,
  isLocalTime,
  nameSql,
  onlyChoiceSql,
  quickMinorSql,
  TIME_MS_MAX,
  TIME_MS_MIN,
} from './normal.ts';
import { type Expression, type Reading, type ViewSettings, waypoint } from './reading.ts';
import { toUtcSql } from './zone.ts';

/** What one SELECT adds to the columns of the one before. */
export type Step = readonly string[];

/**
 * The road from what the file says (`x.NAME`) to final values, in steps that each stand in a SELECT of their own. Rows
 * in the usual spelling are done after the quick steps; `s` holds only what was left, so that slow steps see NULLs.
 *
 * 1. names, spelling of choices and codes (`y`), instants in the usual form (`u`)
 * 2. choices, currency, its exponent, times left (`s`)
 * 3. amounts in the usual form (`q`), instants in other forms (`v`), wall clocks (`w`)
 * 4. instants (`i`), amounts left (`s`)
 * 5. amounts, times within bounds
 */
export function stepsOf(reading: Reading, settings: ViewSettings): readonly Step[] {
  const columns = CONTRACT[reading.fact];
  const roads = columns.map((column) => roadOf(column, reading, settings));
  const exponent = `${exponentSql(reading)} AS "y.exponent"`;
  return [0, 1, 2, 3, 4].map((step) => [
    ...roads.flatMap((road) => road[step] ?? []),
    ...(step === 1 ? [exponent] : []),
  ]);
}

function exponentSql(reading: Reading): string {
  const currency = CONTRACT[reading.fact].find(({ form }) => form.kind === 'currency');
  return currency === undefined || !reading.columns.has(currency.name)
    ? 'NULL::INTEGER'
    : `storno_exponent(${waypoint(currency, 'y')})`;
}

function roadOf(column: ContractColumn, reading: Reading, settings: ViewSettings): readonly Step[] {
  const name = quoteName(viewColumn(column));
  const expression = reading.columns.get(column.name);
  if (expression === undefined) return [[`${absentSql(column)} AS ${name}`]];
  const raw = waypoint(column, 'x');
  const text = expression.type === 'VARCHAR' ? raw : `${raw}::VARCHAR`;
  const y = waypoint(column, 'y');
  switch (column.form.kind) {
    case 'name':
      return [[`${nameSql(raw, expression.type)} AS ${name}`]];
    case 'currency':
      return [[`${currencySql(text)} AS ${y}`], [`${y} AS ${name}`]];
    case 'choice':
      return [[`${choiceSql(text, column.form.choices)} AS ${y}`], [`${chosenSql(column.form, y)} AS ${name}`]];
    case 'time':
      return timeRoad(column, { reading, expression, settings });
    default:
      return amountRoad(column, expression);
  }
}

function absentSql(column: ContractColumn): string {
  if (column.form.kind === 'choice' && column.form.otherwise !== null) return quoteText(column.form.otherwise);
  return `NULL::${viewType(column)}`;
}

function chosenSql(
  form: { readonly choices: readonly string[]; readonly otherwise: string | null },
  y: string,
): string {
  const only = onlyChoiceSql(y, form.choices);
  return form.otherwise === null ? only : `CASE WHEN ${y} IS NULL THEN ${quoteText(form.otherwise)} ELSE ${only} END`;
}

function amountRoad(column: ContractColumn, { type }: Expression): readonly Step[] {
  const [raw, quick, left] = [waypoint(column, 'x'), waypoint(column, 'q'), waypoint(column, 's')];
  return [
    [],
    [],
    [`${quickMinorSql(raw, type, '"y.exponent"')} AS ${quick}`],
    [`CASE WHEN ${quick} IS NULL THEN ${amountTextSql(raw, type)} END AS ${left}`],
    [`coalesce(${quick}, storno_minor_slow(${left}, "y.exponent")) AS ${quoteName(viewColumn(column))}`],
  ];
}

interface TimeParts {
  readonly reading: Reading;
  readonly expression: Expression;
  readonly settings: ViewSettings;
}

function timeRoad(column: ContractColumn, parts: TimeParts): readonly Step[] {
  const { type, zone } = parts.expression;
  const [raw, left] = [waypoint(column, 'x'), waypoint(column, 's')];
  const [u, v, w, i] = [waypoint(column, 'u'), waypoint(column, 'v'), waypoint(column, 'w'), waypoint(column, 'i')];
  const isText = type === 'VARCHAR';
  const saysZone = isText && zone === null;
  const quick = saysZone ? `storno_utc_quick(${raw})` : isInstant(type) ? finite(raw) : 'NULL::BIGINT';
  const local = isText ? `storno_local(${left})` : isLocalTime(type) ? finite(`${raw}::TIMESTAMP`) : 'NULL::BIGINT';
  return [
    [`${quick} AS ${u}`],
    [`${isText ? `CASE WHEN ${u} IS NULL THEN trim(${raw}) END` : 'NULL::VARCHAR'} AS ${left}`],
    [`${saysZone ? `storno_utc_slow(${left})` : 'NULL::BIGINT'} AS ${v}`, `${local} AS ${w}`],
    [`coalesce(${u}, ${v}, ${clockSql(column, parts)}) AS ${i}`],
    [`CASE WHEN ${i} BETWEEN ${TIME_MS_MIN} AND ${TIME_MS_MAX} THEN ${i} END AS ${quoteName(column.name)}`],
  ];
}

/** `infinity` is a time to DuckDB, and to nobody else. */
function finite(value: string): string {
  return `CASE WHEN isfinite(${value}) THEN epoch_ms(${value}) END`;
}

/** The instant of a wall clock: in the zone that stands beside it, one tree for each zone of the file, or in --tz. */
function clockSql(column: ContractColumn, { reading, expression, settings }: TimeParts): string {
  const clock = waypoint(column, 'w');
  if (expression.zone === null) {
    if (settings.timeZone === null) return 'NULL::BIGINT';
    return `CASE WHEN ${clock} IS NOT NULL THEN ${toUtcSql(settings.timeZone, clock)} END`;
  }
  if (reading.zones.size === 0) return 'NULL::BIGINT';
  const branches = [...reading.zones].map(([label, zone]) => `WHEN ${quoteText(label)} THEN ${toUtcSql(zone, clock)}`);
  return `CASE ${waypoint(column, 'z')} ${branches.join(' ')} END`;
}
