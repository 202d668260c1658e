import { quoteName, quoteText } from '../open.ts';
import type { Shape } from './shape.ts';
import { CHOICE_WORDS, MINOR_WORDS, plainWords } from './words.ts';

/** A bare column, as a person would write it in a map. */
export function columnSql(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name.toLowerCase()) ? name : quoteName(name);
}

/** Words that DuckDB may not take bare as a column: all of duckdb_keywords() but the unreserved. */
const RESERVED = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary bit boolean
   both by case cast char character check coalesce collate collation column columns concurrently constraint create
   cross dec decimal default deferrable desc describe distinct do else end except exists extract false fetch float
   for foreign freeze from full generated glob group grouping grouping_id having ilike in initially inner inout int
   integer intersect interval into is isnull join lambda lateral leading left like limit map national natural nchar
   none not notnull null nullif numeric offset on only or order out outer overlaps overlay pivot pivot_longer
   pivot_wider placing position positional precision primary qualify real references returning right row select
   semi setof show similar smallint some struct substring summarize symmetric table tablesample then time timestamp
   to trailing treat trim true try_cast union unique unpack unpivot using values varchar variadic verbose when
   where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
   xmlserialize xmltable`.split(/\s+/),
);

/** An amount in major units with a point; null where the column is none. */
export function amountSql(shape: Shape, currencySql: string): string | null {
  if (shape.amount === null) return null;
  const column = columnSql(shape.name);
  if (isMinor(shape)) return `from_minor(${column}, ${currencySql})`;
  if (shape.type !== 'VARCHAR') return column;
  const bare = shape.amount.hasMarks ? `regexp_replace(${column}, '[^0-9.,+-]', '', 'g')` : column;
  if (shape.amount.decimal === 'comma') return `replace(replace(${bare}, '.', ''), ',', '.')`;
  return shape.amount.decimal === 'grouped' ? `replace(${bare}, ',', '')` : bare;
}

/** Whole numbers in a column that says so. */
export function isMinor(shape: Shape): boolean {
  const words = plainWords(shape.name).split(' ');
  return shape.amount?.isWhole === true && words.some((word) => MINOR_WORDS.includes(word));
}

/** A time; `clock` is a column with the time of day beside a date. Null where the column is none. */
export function timeSql(shape: Shape, clock: Shape | null): string | null {
  const { time } = shape;
  if (time === null) return null;
  const column = columnSql(shape.name);
  switch (time.form) {
    case 'epoch_ms':
      return `make_timestamptz(${column}::BIGINT * 1000)`;
    case 'epoch_s':
      return `make_timestamptz(${column}::BIGINT * 1000000)`;
    case 'format':
      return writtenSql(column, time.formats, clock);
    default:
      return clock === null ? column : `${column}::VARCHAR || ' ' || ${columnSql(clock.name)}`;
  }
}

function writtenSql(column: string, formats: readonly string[], clock: Shape | null): string {
  if (clock === null) return `strptime(${column}, ${formatsSql(formats)})`;
  const hasSeconds = clock.values.some(([value]) => value.split(':').length === 3);
  const times = hasSeconds ? ['%H:%M:%S', '%H:%M'] : ['%H:%M'];
  const both = formats.flatMap((date) => times.map((time) => `${date} ${time}`));
  return `strptime(${column} || ' ' || ${columnSql(clock.name)}, ${formatsSql(both)})`;
}

function formatsSql(formats: readonly string[]): string {
  const [only] = formats;
  return formats.length === 1 && only !== undefined ? quoteText(only) : `[${formats.map(quoteText).join(', ')}]`;
}

export interface ChoiceSql {
  readonly sql: string;
  /** Share of the filled rows whose value was understood. */
  readonly share: number;
  readonly unknown: readonly string[];
}

/** A column of words as one of the contract's choices; what was not understood stays, to be rejected by name. */
export function choiceMapSql(shape: Shape, column: string, choices: readonly string[]): ChoiceSql {
  const seen = shape.values.map(([value, count]) => ({ value, count, choice: choiceOf(value, column, choices) }));
  const total = seen.reduce((sum, { count }) => sum + count, 0);
  const known = seen.filter(({ choice }) => choice !== null);
  const share = total === 0 ? 0 : known.reduce((sum, { count }) => sum + count, 0) / total;
  const unknown = seen.filter(({ choice }) => choice === null).map(({ value }) => value);
  const name = columnSql(shape.name);
  if (known.every(({ value, choice }) => value.toLowerCase() === choice)) return { sql: name, share, unknown };
  const branches = known
    .map(({ value, choice }) => `WHEN ${quoteText(value)} THEN ${quoteText(choice ?? '')}`)
    .join(' ');
  return { sql: `CASE ${name} ${branches} ELSE ${name} END`, share, unknown };
}

function choiceOf(value: string, column: string, choices: readonly string[]): string | null {
  const words = plainWords(value);
  const table = CHOICE_WORDS[column] ?? {};
  const exact = choices.find((choice) => choice === words.replaceAll(' ', '_') || table[choice]?.includes(words));
  if (exact !== undefined) return exact;
  return (
    choices.find((choice) => table[choice]?.some((word) => word.length >= 5 && words.split(' ').includes(word))) ?? null
  );
}
