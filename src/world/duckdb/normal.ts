import { currencies } from '../../core/kernel/currency.ts';
import { type Database, quoteText } from './open.ts';

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

const NUMBER = `'[+-]?[0-9]+([.][0-9]+)?'`;
const FRACTION = `regexp_extract(t, '[.]([0-9]+)', 1)`;
const OFFSET = '[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?';

const MACROS: readonly string[] = [
  // Ids and names: blanks around them are padding of the export, and nothing is no id.
  `storno_name(t) AS CASE WHEN starts_with(t, ' ') OR suffix(t, ' ') THEN nullif(trim(t), '') ELSE nullif(t, '') END`,

  // Major units as text to minor units, digit by digit as the core's parseMoney does. The quick path is the plain
  // digits.dd of a currency with cents; the cast alone would also take signs, exponents and underscores.
  `storno_minor(t, e) AS coalesce(
    CASE WHEN e = 2 AND t LIKE '%.__' AND t >= '0' AND t < ':' AND NOT contains(t, '_')
      THEN (TRY_CAST(t AS DECIMAL(15, 2)) * 100::DECIMAL(3, 0))::BIGINT END,
    CASE WHEN regexp_full_match(trim(t), ${NUMBER}) AND length(rtrim(${FRACTION}, '0')) <= e
      THEN TRY_CAST(regexp_extract(t, '[+-]?[0-9]+') || rpad(left(${FRACTION}, e), e::INTEGER, '0') AS BIGINT) END)`,

  // Foreign exports: group marks, and the sign turned where a column holds what went out.
  `storno_grouped(t) AS CASE WHEN regexp_matches(trim(t), ',[0-9]{1,2}$') THEN replace(replace(trim(t), '.', ''), ',', '.')
    ELSE replace(replace(trim(t), ',', ''), chr(160), '') END`,
  `storno_negate(t) AS CASE WHEN starts_with(t, '-') THEN substr(t, 2) ELSE '-' || ltrim(t, '+') END`,

  // Binary fractions: the number that has this shortest decimal form, if that has at most two decimals.
  `storno_plain(d) AS CASE WHEN abs(d) < 1e15 THEN regexp_replace(d::VARCHAR, '[.]0$', '')
    ELSE regexp_replace(TRY_CAST(d AS DECIMAL(38, 0))::VARCHAR, '[.]0$', '') END`,
  `storno_minor_double(d, e) AS CASE
    WHEN e = 2 AND abs(d) < 1e13 AND round(d * 100) / 100 = d THEN round(d * 100)::BIGINT
    ELSE storno_minor(storno_plain(d), e) END`,

  // Epoch milliseconds of a text that says its zone; NULL where it says none or cannot be read.
  `storno_offset_text(t) AS regexp_replace(regexp_replace(regexp_replace(
    t, ' ?([zZ]|UTC|GMT)$', '+00:00'), ' ([+-][0-9:]+)$', '\\1'), '^(.{10}[T ][0-9]{2}:[0-9]{2})([+-])', '\\1:00\\2')`,
  `storno_utc(t) AS coalesce(
    CASE WHEN suffix(t, 'Z') AND t >= '0' AND t < ':' THEN epoch_ms(TRY_CAST(t AS TIMESTAMP)) END,
    CASE WHEN regexp_full_match(trim(t), '[0-9]{4}.*:[0-9][0-9.,]*( ?([zZ]|UTC|GMT)| ?${OFFSET})')
      THEN epoch_ms(TRY_CAST(storno_offset_text(replace(trim(t), ',', '.')) AS TIMESTAMPTZ)) END)`,

  // Epoch milliseconds, as if it were UTC, of a text that says no zone; NULL where it says one or cannot be read.
  `storno_local(t) AS CASE
    WHEN regexp_full_match(trim(t), '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?')
    THEN epoch_ms(TRY_CAST(regexp_replace(replace(trim(t), ',', '.'), '([T ][0-9]{1,2}:[0-9]{2})$', '\\1:00') AS TIMESTAMP))
    END`,

  `storno_point(t, e) AS (CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END)
    || left(lpad(ltrim(t, '+-'), greatest(length(ltrim(t, '+-')), e + 1)::INTEGER, '0'), -e) || '.'
    || right(lpad(ltrim(t, '+-'), greatest(length(ltrim(t, '+-')), e + 1)::INTEGER, '0'), e)`,
  `storno_exponent(c) AS ${exponentSql('c')}`,

  // For maps: minor units as a whole number to the exact decimal in major units.
  `from_minor(amount, currency) AS CASE
    WHEN regexp_full_match(trim(amount::VARCHAR), '[+-]?[0-9]+') THEN
      CASE storno_exponent(upper(trim(currency)))
        WHEN 0 THEN trim(amount::VARCHAR)
        ELSE storno_point(trim(amount::VARCHAR), storno_exponent(upper(trim(currency)))) END END`,
];

/** The exponent of an upper-case currency code, NULL where unknown. The most usual code is asked first. */
function exponentSql(code: string): string {
  const byExponent = Map.groupBy(currencies(), ([, exponent]) => exponent);
  const branches = [...byExponent].map(([exponent, codes]) => {
    const list = codes.map(([each]) => quoteText(each)).join(', ');
    return `WHEN ${code} IN (${list}) THEN ${exponent}`;
  });
  return `CASE WHEN ${code} = 'EUR' THEN 2 ${branches.join(' ')} END`;
}

/** One of the choices in lower case; NULL where it is none. Most exports already write them so: those are not copied. */
export function choiceSql(value: string, choices: readonly string[]): string {
  const list = choices.map(quoteText).join(', ');
  return `CASE WHEN ${value} IN (${list}) THEN ${value} WHEN lower(trim(${value})) IN (${list}) THEN lower(trim(${value})) END`;
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
  return `CASE WHEN ${value} IN ('EUR', 'USD', 'GBP', 'CHF') THEN ${value} ELSE nullif(upper(trim(${value}::VARCHAR)), '') END`;
}

/** Minor units of an amount in major units; exact, or NULL. */
export function minorSql(value: string, type: string, exponent: string): string {
  if (type === 'VARCHAR') return `storno_minor(${value}, ${exponent})`;
  if (isBinaryFraction(type)) return `storno_minor_double(${value}, ${exponent})`;
  const scale = scaleOf(type);
  if (scale === null) return 'NULL::BIGINT';
  const text = `storno_minor(CAST(${value} AS VARCHAR), ${exponent})`;
  if (scale > 2 || /^(U?HUGEINT|DECIMAL\(3\d)/.test(type)) return text;
  // An integer or a decimal with cents: shifting the point cannot lose a digit, and the product cannot overflow.
  const shifted = scale === 0 ? `${value}::HUGEINT * 100` : `${value} * 100::DECIMAL(3, 0)`;
  return `CASE WHEN ${exponent} = 2 THEN TRY_CAST(${shifted} AS BIGINT) ELSE ${text} END`;
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
