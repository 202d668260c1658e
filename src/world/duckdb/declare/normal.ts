import { currencies } from '../../../core/kernel/currency.ts';
import { type Database, quoteText } from '../open.ts';

/**
 * SQL that brings values into their final types. Every macro has a quick path for what exports usually hold and a slow
 * one for everything else that is right; what neither can read is NULL, and `reject.ts` then says what is wrong. Their
 * arguments must be plain columns: a macro is text that repeats them.
 */
export async function createMacros(database: Database): Promise<void> {
  for (const macro of MACROS) await database.connection.run(`CREATE OR REPLACE MACRO ${macro}`);
}

/** Times outside these years are typing errors or other units: 1970-01-01 (included) to 2200-01-01 (excluded). */
export const TIME_MS_MIN = 0;
export const TIME_MS_MAX = 7_258_118_400_000 - 1;

/** A decimal as the core's parseMoney takes it. */
export const DECIMAL = '[+-]?[0-9]+([.][0-9]+)?';

const FRACTION = `regexp_extract(t, '[.]([0-9]+)', 1)`;
const OFFSET = '[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?';
const LOCAL_TIME = '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?';

/**
 * Quick macros answer at once for the usual spelling and give NULL for every other; the slow ones take, trimmed, what
 * the quick ones left. They meet in `steps.ts`, in SELECTs of their own: in one expression DuckDB would work out for
 * every row what the slow branch repeats.
 */
const MACROS: readonly string[] = [
  // Ids and names: blanks around them are padding of the export, and nothing is no id.
  `storno_name(t) AS CASE WHEN t < '!' OR suffix(t, ' ') THEN nullif(trim(t), '') ELSE t END`,

  // Major units as text to minor units, digit by digit as the core's parseMoney does. The usual spelling is digits.dd
  // of a currency with cents; the cast alone would also take signs, exponents and underscores.
  `storno_minor_quick(t, e) AS CASE WHEN e = 2 AND t LIKE '%.__' AND t >= '0' AND t < ':' AND NOT contains(t, '_')
    THEN (TRY_CAST(t AS DECIMAL(15, 2)) * 100::DECIMAL(3, 0))::BIGINT END`,
  `storno_minor_slow(t, e) AS CASE WHEN regexp_full_match(t, '${DECIMAL}') AND length(rtrim(${FRACTION}, '0')) <= e
    THEN TRY_CAST(regexp_extract(t, '[+-]?[0-9]+') || rpad(left(${FRACTION}, e), e::INTEGER, '0') AS BIGINT) END`,

  // Binary fractions: the number that has this shortest decimal form, if that has at most two decimals.
  `storno_double_quick(d, e) AS CASE WHEN e = 2 AND abs(d) < 1e13 AND round(d * 100) / 100 = d THEN round(d * 100)::BIGINT END`,
  `storno_double_text(d) AS regexp_replace(
    CASE WHEN abs(d) < 1e15 THEN d::VARCHAR ELSE TRY_CAST(d AS DECIMAL(38, 0))::VARCHAR END, '[.]0$', '')`,

  // Epoch milliseconds of a text that says its zone; NULL where it says none or cannot be read.
  `storno_utc_quick(t) AS CASE WHEN suffix(t, 'Z') AND t >= '0' AND t < ':' THEN epoch_ms(TRY_CAST(t AS TIMESTAMP)) END`,
  `storno_offset_text(t) AS regexp_replace(regexp_replace(regexp_replace(
    replace(t, ',', '.'), ' ?([zZ]|UTC|GMT)$', '+00:00'), ' ([+-][0-9:]+)$', '\\1'),
    '^(.{10}[T ][0-9]{2}:[0-9]{2})([+-])', '\\1:00\\2')`,
  `storno_utc_slow(t) AS CASE WHEN regexp_full_match(t, '[0-9]{4}.*:[0-9][0-9.,]*( ?([zZ]|UTC|GMT)| ?${OFFSET})')
    THEN epoch_ms(TRY_CAST(storno_offset_text(t) AS TIMESTAMPTZ)) END`,

  // Epoch milliseconds, as if it were UTC, of a text that says no zone; NULL where it says one or cannot be read.
  `storno_local(t) AS CASE WHEN regexp_full_match(t, '${LOCAL_TIME}')
    THEN epoch_ms(TRY_CAST(regexp_replace(replace(t, ',', '.'), '([T ][0-9]{1,2}:[0-9]{2})$', '\\1:00') AS TIMESTAMP)) END`,

  // Foreign exports: group marks, and the sign turned where a column holds what went out.
  `storno_grouped(t) AS CASE WHEN regexp_matches(trim(t), ',[0-9]{1,2}$')
    THEN replace(replace(trim(t), '.', ''), ',', '.') ELSE replace(replace(trim(t), ',', ''), chr(160), '') END`,
  `storno_negate(t) AS CASE WHEN starts_with(t, '-') THEN substr(t, 2) ELSE '-' || ltrim(t, '+') END`,

  `storno_exponent(c) AS ${exponentSql('c')}`,

  // For maps: minor units as a whole number to the exact decimal in major units.
  `storno_point(t, e) AS (CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END)
    || left(lpad(ltrim(t, '+-'), greatest(length(ltrim(t, '+-')), e + 1)::INTEGER, '0'), -e) || '.'
    || right(lpad(ltrim(t, '+-'), greatest(length(ltrim(t, '+-')), e + 1)::INTEGER, '0'), e)`,
  `from_minor(amount, currency) AS CASE WHEN regexp_full_match(trim(amount::VARCHAR), '[+-]?[0-9]+') THEN
    CASE storno_exponent(upper(trim(currency))) WHEN 0 THEN trim(amount::VARCHAR)
      ELSE storno_point(trim(amount::VARCHAR), storno_exponent(upper(trim(currency)))) END END`,
];

/**
 * The exponent of an upper-case currency code, NULL where unknown. The codes of one exponent are one text to search:
 * DuckDB makes a join of a long IN, which every query would pay for, whether or not it wants a currency.
 */
function exponentSql(code: string): string {
  const byExponent = Map.groupBy(currencies(), ([, exponent]) => exponent);
  const branches = [...byExponent].map(([exponent, codes]) => {
    const list = codes.map(([each]) => each).join(' ');
    return `WHEN contains(${quoteText(list)}, ${code}) THEN ${exponent}`;
  });
  return `CASE WHEN ${code} = 'EUR' THEN 2 WHEN length(${code}) <> 3 OR contains(${code}, ' ') THEN NULL ${branches.join(' ')} END`;
}

/** The choice as it is where it is spelled as usual, else in lower case whether or not it is one. */
export function choiceSql(value: string, choices: readonly string[]): string {
  const branches = choices.map((each) => `WHEN ${quoteText(each)} THEN ${value}`).join(' ');
  return `CASE ${value} ${branches} ELSE nullif(lower(trim(${value})), '') END`;
}

/** NULL for what is no choice. */
export function onlyChoiceSql(value: string, choices: readonly string[]): string {
  return `CASE ${value} ${choices.map((each) => `WHEN ${quoteText(each)} THEN ${value}`).join(' ')} END`;
}

/** Ids as text whatever their type: pandas writes whole numbers with gaps as 123.0, which is the id 123. */
export function nameSql(value: string, type: string): string {
  if (type === 'VARCHAR') return `storno_name(${value})`;
  if (isBinaryFraction(type)) {
    return `CASE WHEN ${value} = trunc(${value}) AND abs(${value}) < 9007199254740992 THEN ${value}::BIGINT::VARCHAR ELSE ${value}::VARCHAR END`;
  }
  return `nullif(${value}::VARCHAR, '')`;
}

export function currencySql(value: string): string {
  const usual = ['EUR', 'USD', 'GBP', 'CHF'].map((code) => `WHEN '${code}' THEN ${value}`).join(' ');
  return `CASE ${value} ${usual} ELSE nullif(upper(trim(${value})), '') END`;
}

/** Minor units where that is quick; NULL is for `minorText` and the slow way. */
export function quickMinorSql(value: string, type: string, exponent: string): string {
  if (type === 'VARCHAR') return `storno_minor_quick(${value}, ${exponent})`;
  if (isBinaryFraction(type)) return `storno_double_quick(${value}, ${exponent})`;
  const scale = scaleOf(type);
  if (scale === null || scale > 2 || /^(U?HUGEINT|DECIMAL\(3\d)/.test(type)) return 'NULL::BIGINT';
  // An integer or a decimal with cents: shifting the point cannot lose a digit. DuckDB multiplies decimals in their own
  // width and stops the query where that is too narrow, and beyond 18 digits it takes six times as long: what has more
  // than 15 digits is left to the slow way, value by value.
  const isNarrow = /^(DECIMAL\(([1-9]|1[0-5]),|U?TINYINT|U?SMALLINT|U?INTEGER)/.test(type);
  const bound = 10n ** BigInt(15 - scale) - 1n;
  const fits = isNarrow ? '' : ` AND ${value} BETWEEN -${bound} AND ${bound}`;
  return `CASE WHEN ${exponent} = 2${fits} THEN (${value}::DECIMAL(15, ${scale}) * 100::DECIMAL(3, 0))::BIGINT END`;
}

/** An amount of any type as decimal text. */
export function amountTextSql(value: string, type: string): string {
  if (type === 'VARCHAR') return `trim(${value})`;
  return isBinaryFraction(type) ? `storno_double_text(${value})` : `${value}::VARCHAR`;
}

/** Decimals of an exact numeric type; null for every other type. */
export function scaleOf(type: string): number | null {
  const decimal = /^DECIMAL\(\d+,(\d+)\)$/.exec(type);
  if (decimal !== null) return Number(decimal[1]);
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(type) ? 0 : null;
}

export function isBinaryFraction(type: string): boolean {
  return type === 'DOUBLE' || type === 'FLOAT';
}

/** True for the types that say when without saying where. */
export function isLocalTime(type: string): boolean {
  return /^(DATE|TIMESTAMP|TIMESTAMP_(S|MS|NS))$/.test(type);
}

export function isInstant(type: string): boolean {
  return type === 'TIMESTAMP WITH TIME ZONE' || type === 'TIMESTAMPTZ';
}
