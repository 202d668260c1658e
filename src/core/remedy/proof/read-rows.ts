import { assert } from '../../kernel/assert.ts';
import { parseRfc3339 } from '../../kernel/rfc3339.ts';
import { canonicalText, type Json } from './canonical.ts';
import type { ColumnKind, Columns, PackRow } from './pack.ts';

/** The rows of a file, or in a sentence what is wrong with its first bad line. */
export function readRows(text: string, columns: Columns): readonly PackRow[] | string {
  if (text === '') return [];
  if (!text.endsWith('\n')) return 'its last line has no end';
  const rows: PackRow[] = [];
  for (const [at, line] of text.slice(0, -1).split('\n').entries()) {
    const row = readLine(line, columns);
    if (typeof row === 'string') return `line ${at + 1} ${row}`;
    rows.push(row);
  }
  return rows;
}

function readLine(line: string, columns: Columns): PackRow | string {
  const read = parsed(line);
  if (!isRow(read)) return 'is no object';
  if (canonicalText(read) !== line) return 'is not canonical';
  const names = Object.keys(read);
  const foreign = names.find((name) => !Object.hasOwn(columns, name));
  if (foreign !== undefined) return `has a column ${foreign}`;
  for (const [name, kind] of Object.entries(columns)) {
    const value = read[name];
    if (value === undefined || !IS_KIND[kind](value)) return `has no ${kind} in ${name}`;
  }
  return read;
}

function parsed(line: string): Json {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isRow(value: Json): value is PackRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: Json) => typeof value === 'string';
const isWhole = (value: Json) => Number.isSafeInteger(value);
const isInstant = (value: Json) => typeof value === 'string' && parseRfc3339(value) !== null;

const IS_KIND: Readonly<Record<ColumnKind, (value: Json) => boolean>> = {
  text: isText,
  'text?': (value) => value === null || isText(value),
  whole: isWhole,
  'whole?': (value) => value === null || isWhole(value),
  amount: (value) => typeof value === 'string' && /^(?:0|-?[1-9]\d{0,18})$/.test(value),
  instant: isInstant,
  'instant?': (value) => value === null || isInstant(value),
  day: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  json: () => true,
};

/** Columns of a row that was read. Asking for another kind than the column has is a defect. */
export function text(row: PackRow, name: string): string {
  const value = row[name];
  assert(typeof value === 'string', `${name} is no text`);
  return value;
}

export function textOrNull(row: PackRow, name: string): string | null {
  return row[name] === null ? null : text(row, name);
}

export function whole(row: PackRow, name: string): number {
  const value = row[name];
  assert(typeof value === 'number', `${name} is no number`);
  return value;
}

export function minor(row: PackRow, name: string): bigint {
  return BigInt(text(row, name));
}

/** To the millisecond: what happened within one is not put in order. */
export function instant(row: PackRow, name: string): number {
  const at = parseRfc3339(text(row, name));
  assert(at !== null, `${name} is no instant`);
  return at;
}
