import { exponentOf } from '../../../core/kernel/currency.ts';

/** What the values of one column look like, told from a sample. */
export interface Shape {
  readonly name: string;
  /** DuckDB's type; VARCHAR in text files. */
  readonly type: string;
  /** Values that are there, of the rows looked at. */
  readonly filled: number;
  readonly rows: number;
  /** Different values per filled one: 1 where every value is unique. */
  readonly variety: number;
  /** Different values, at most `VALUES_MAX`, the most frequent first, with how often they stand. */
  readonly values: readonly (readonly [value: string, count: number])[];
  readonly amount: AmountShape | null;
  readonly time: TimeShape | null;
  /** Share of values that are ISO 4217 codes. */
  readonly currencyShare: number;
  /** Share of values that are times of day. */
  readonly clockShare: number;
}

export interface AmountShape {
  readonly share: number;
  /** `plain` is the contract's own form; the others say what has to be taken away or turned. */
  readonly decimal: 'plain' | 'comma' | 'grouped';
  readonly hasMarks: boolean;
  readonly isWhole: boolean;
  readonly hasNegative: boolean;
  /** The code or sign of a currency that stands in the values; null if none. */
  readonly currency: string | null;
}

export interface TimeShape {
  readonly share: number;
  readonly form: 'iso' | 'iso_local' | 'typed' | 'typed_local' | 'epoch_ms' | 'epoch_s' | 'format';
  /** For `format`: what DuckDB's strptime needs; several where seconds are only sometimes there. */
  readonly formats: readonly string[];
  readonly isDateOnly: boolean;
}

export const VALUES_MAX = 50;

/** A shape that fewer values than this fit is no evidence. */
const SHARE_MIN = 0.8;

export function shapeOf(name: string, type: string, values: readonly (string | null)[]): Shape {
  const filled = values
    .filter((value): value is string => value !== null && value.trim() !== '')
    .map((value) => value.trim());
  const counts = new Map<string, number>();
  for (const value of filled) counts.set(value, (counts.get(value) ?? 0) + 1);
  return {
    name,
    type,
    filled: filled.length,
    rows: values.length,
    variety: filled.length === 0 ? 0 : counts.size / filled.length,
    values: [...counts].sort(([, one], [, other]) => other - one).slice(0, VALUES_MAX),
    amount: amountShape(filled, type),
    time: timeShape(filled, type),
    currencyShare: shareOf(filled, (value) => /^[A-Za-z]{3}$/.test(value) && exponentOf(value.toUpperCase()) !== null),
    clockShare: shareOf(filled, (value) => /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(value)),
  };
}

function shareOf(values: readonly string[], test: (value: string) => boolean): number {
  return values.length === 0 ? 0 : values.filter(test).length / values.length;
}

const SIGNS: Readonly<Record<string, string>> = { '€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY' };
const MARKS = /[€$£¥\s\u00a0']|\b[A-Za-z]{3}\b/g;

function amountShape(filled: readonly string[], type: string): AmountShape | null {
  const bare = filled.map((value) => value.replace(MARKS, ''));
  const forms = {
    plain: /^[+-]?\d+(\.\d{1,4})?$/,
    comma: /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d{1,4})?$/,
    grouped: /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,4})?$/,
  } as const;
  const shares = (['plain', 'comma', 'grouped'] as const).map((decimal) => ({
    decimal,
    share: shareOf(bare, (value) => forms[decimal].test(value)),
  }));
  const best = shares.reduce((most, each) => (each.share > most.share ? each : most));
  if (best.share < SHARE_MIN) return null;
  return {
    ...best,
    hasMarks: type === 'VARCHAR' && bare.some((value, index) => value !== filled[index]),
    isWhole: bare.every((value) => /^[+-]?\d+$/.test(value)),
    hasNegative: bare.some((value) => value.startsWith('-')),
    currency: currencyIn(filled),
  };
}

function currencyIn(values: readonly string[]): string | null {
  for (const value of values) {
    const sign = Object.entries(SIGNS).find(([each]) => value.includes(each));
    if (sign !== undefined) return sign[1];
    const code = /\b([A-Za-z]{3})\b/.exec(value)?.[1]?.toUpperCase();
    if (code !== undefined && exponentOf(code) !== null) return code;
  }
  return null;
}

const ZONE = String.raw`\s?(Z|z|UTC|GMT|[+-]\d{2}(:?\d{2})?)`;
const ISO = String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?`;

function timeShape(filled: readonly string[], type: string): TimeShape | null {
  if (filled.length === 0) return null;
  if (/WITH TIME ZONE/.test(type)) return { share: 1, form: 'typed', formats: [], isDateOnly: false };
  if (/^(TIMESTAMP|DATE)/.test(type))
    return { share: 1, form: 'typed_local', formats: [], isDateOnly: type === 'DATE' };
  const tests = [
    ['iso', new RegExp(`^${ISO}${ZONE}$`)],
    ['iso_local', new RegExp(`^${ISO}$|^\\d{4}-\\d{2}-\\d{2}$`)],
    ['epoch_ms', /^1[0-9]{12}$/],
    ['epoch_s', /^1[0-9]{9}$/],
  ] as const;
  for (const [form, test] of tests) {
    const share = shareOf(filled, (value) => test.test(value));
    const isDateOnly = form === 'iso_local' && filled.every((value) => value.length === 10);
    if (share >= SHARE_MIN) return { share, form, formats: [], isDateOnly };
  }
  return writtenDate(filled);
}

/** Dates as people write them; `9/4/2018` is read with the month second unless a value forbids it. */
function writtenDate(filled: readonly string[]): TimeShape | null {
  const written = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+(\d{1,2}:\d{2})(:\d{2})?)?$/;
  const parts = filled.map((value) => written.exec(value)).filter((match) => match !== null);
  const share = parts.length / filled.length;
  const [first] = parts;
  if (share < SHARE_MIN || first === undefined) return null;
  const mark = first[2] ?? '.';
  const isMonthFirst = parts.some((match) => Number(match[3]) > 12);
  const year = (first[4] ?? '').length === 2 ? '%y' : '%Y';
  const date = (isMonthFirst ? ['%m', '%d', year] : ['%d', '%m', year]).join(mark);
  const gap = filled.some((value) => value.includes(', ')) ? ', ' : ' ';
  const times = new Set(
    parts.map((match) => (match[5] === undefined ? '' : match[6] === undefined ? `${gap}%H:%M` : `${gap}%H:%M:%S`)),
  );
  const formats = [...times].sort((one, other) => other.length - one.length).map((time) => date + time);
  return { share, form: 'format', formats, isDateOnly: times.size === 1 && times.has('') };
}
