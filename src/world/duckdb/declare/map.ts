import { dirname } from 'node:path';
import { FACT_KINDS, type FactKind } from '../../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import type { Refusal } from '../../../flow/ports.ts';
import { CONTRACT } from '../contract.ts';
import { requiredColumns } from './reject.ts';

/** One entry of a map: files of one form, and the contract's columns as SQL over theirs. */
export interface MapEntry {
  readonly fact: FactKind;
  /** For messages: `payments[1]`. */
  readonly name: string;
  readonly from: readonly string[];
  readonly where: string | null;
  readonly columns: Readonly<Record<string, string>>;
}

export interface MapFile {
  readonly path: string;
  /** The folder that `from` is relative to. */
  readonly folder: string;
  readonly entries: readonly MapEntry[];
}

/** Longer than any sensible expression, shorter than a pasted file. */
const EXPRESSION_LENGTH_MAX = 10_000;

/** Reads the text of a map and checks its form, telling all faults. SQL is checked where the files are known. */
export function parseMap(path: string, text: string): Result<MapFile, readonly Refusal[]> {
  const refuse = (what: string): Refusal => ({ file: path, kind: 'map_invalid', message: `The map ${path}: ${what}.` });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail([refuse(`is not JSON (${error instanceof Error ? error.message : String(error)})`)]);
  }
  if (!isRecord(json))
    return fail([refuse('must be an object such as {"payments": {"from": "file.csv", "columns": {…}}}')]);
  const problems: string[] = [];
  const entries: MapEntry[] = [];
  for (const [fact, value] of Object.entries(json)) {
    if (fact.startsWith('$') || fact === 'comment') continue;
    const kind = FACT_KINDS.find((each) => each === fact);
    if (kind === undefined) problems.push(`"${fact}" is no kind of fact; the kinds are ${FACT_KINDS.join(', ')}`);
    else
      (Array.isArray(value) ? value : [value]).forEach((each, index) => {
        const name = Array.isArray(value) ? `${fact}[${index}]` : fact;
        const entry = parseEntry(kind, name, each, problems);
        if (entry !== null) entries.push(entry);
      });
  }
  if (problems.length > 0) return fail(problems.map(refuse));
  return ok({ path, folder: dirname(path), entries });
}

function parseEntry(fact: FactKind, name: string, value: unknown, problems: string[]): MapEntry | null {
  if (!isRecord(value)) {
    problems.push(`${name} must be an object with "from" and "columns"`);
    return null;
  }
  const unknownKeys = Object.keys(value).filter((key) => !['from', 'where', 'columns', 'comment'].includes(key));
  if (unknownKeys.length > 0)
    problems.push(`${name} has "${unknownKeys.join('", "')}", but an entry holds only from, where and columns`);
  const from = (Array.isArray(value.from) ? value.from : [value.from]).filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
  if (from.length === 0) problems.push(`${name} needs "from": the path of a file or a pattern, relative to the map`);
  const where = value.where ?? null;
  if (where !== null && !isExpression(where)) problems.push(`${name}.where must be a SQL condition in quotes`);
  const columns = parseColumns(fact, name, value.columns, problems);
  return { fact, name, from, where: typeof where === 'string' ? where : null, columns };
}

function parseColumns(
  fact: FactKind,
  name: string,
  value: unknown,
  problems: string[],
): Readonly<Record<string, string>> {
  if (!isRecord(value)) {
    problems.push(`${name} needs "columns": the contract's columns with a SQL expression each`);
    return {};
  }
  const known = CONTRACT[fact].map((column) => column.name);
  for (const [column, sql] of Object.entries(value)) {
    if (!known.includes(column))
      problems.push(`${name}.columns.${column} is no column of ${fact}; the columns are ${known.join(', ')}`);
    if (!isExpression(sql))
      problems.push(
        `${name}.columns.${column} must be a SQL expression in quotes, at most ${EXPRESSION_LENGTH_MAX} characters`,
      );
  }
  for (const column of requiredColumns(fact)) {
    const sql = value[column];
    if (sql === undefined) problems.push(`${name}.columns lacks ${column}, which every row of ${fact} needs`);
    else if (isNull(sql) && !mayBeNull(fact, column))
      problems.push(`${name}.columns.${column} is NULL, but every row of ${fact} needs one`);
  }
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** Drives may come from a source that knows no customers; it says so with NULL. */
export function mayBeNull(fact: FactKind, column: string): boolean {
  return fact === 'rentals' && column === 'account_id';
}

export function isNull(sql: unknown): boolean {
  return typeof sql === 'string' && /^\s*null\s*$/i.test(sql);
}

function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= EXPRESSION_LENGTH_MAX;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
