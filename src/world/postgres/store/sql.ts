import type { Pool, PoolClient } from 'pg';
import { guarded } from '../errors.ts';

/** A statement under its name: each connection prepares it once. Two texts never share a name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Whatever statements can be run on: a pool, where each is a transaction, or one connection inside of one. */
export type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

export async function run(on: Queries, { name, text }: Statement, values: unknown[]): Promise<readonly Row[]> {
  return (await on.query<Row>({ name, text, values })).rows;
}

/** One statement that is a transaction by itself. */
export function runAlone(pool: Pool, statement: Statement, values: unknown[]): Promise<readonly Row[]> {
  return guarded(() => run(pool, statement, values));
}

export async function runForOne(pool: Pool, statement: Statement, values: unknown[]): Promise<Row | null> {
  return (await runAlone(pool, statement, values))[0] ?? null;
}

/** Throw this inside of `inTransaction`: everything is rolled back and `answer` is what it answers. */
export class Rollback<T> extends Error {
  override readonly name = 'Rollback';
  readonly answer: T;

  constructor(answer: T) {
    super('rolled back');
    this.answer = answer;
  }
}

/** `begin … commit` on one connection, for what takes more than one statement. Whatever is thrown rolls back. */
export function inTransaction<T>(pool: Pool, work: (on: Queries) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const client = await pool.connect();
    try {
      await client.query('begin isolation level read committed');
      const answer = await work(client);
      await client.query('commit');
      client.release();
      return answer;
    } catch (error) {
      if (error instanceof Rollback) return await undo(client, error.answer as T);
      // Closed, not used again: nothing half-done can stay on it.
      client.release(true);
      throw error;
    }
  });
}

async function undo<T>(client: PoolClient, answer: T): Promise<T> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    // What was not committed never will be, with or without the server's word.
    client.release(true);
  }
  return answer;
}

/** A column of a table that travels as an array: its name, its type, and what a row has in it. */
export type Column<R> = readonly [name: string, type: string, pick: (row: R) => unknown];
export type Shape<R> = readonly Column<R>[];

/** `unnest($3::text[], …) as alias (account_id, …)`. */
export function fromArrays<R>(shape: Shape<R>, first: number, alias: string): string {
  const arrays = shape.map(([, type], at) => `$${first + at}::${type}[]`);
  return `unnest(${arrays.join(', ')}) as ${alias} (${namesOf(shape)})`;
}

/** `$3::text, $4::int, …` */
export function parameters<R>(shape: Shape<R>, first: number): string {
  return shape.map(([, type], at) => `$${first + at}::${type}`).join(', ');
}

/** `(select $3::text as account_id, …) as alias`: a table of one row. */
export function fromScalars<R>(shape: Shape<R>, first: number, alias: string): string {
  const columns = shape.map(([name, type], at) => `$${first + at}::${type} as ${name}`);
  return `(select ${columns.join(', ')}) as ${alias}`;
}

/** The first parameter of each, where they follow one another from `$1` on. */
export function firstsOf(shapes: readonly Shape<never>[]): readonly number[] {
  let next = 1;
  return shapes.map((shape) => {
    const first = next;
    next += shape.length;
    return first;
  });
}

export function namesOf<R>(shape: Shape<R>, prefix = ''): string {
  return shape.map(([name]) => prefix + name).join(', ');
}

/** Arrays as PostgreSQL reads them. Written here, since the driver's own way takes as long as everything else. */
export function arraysOf<R>(shape: Shape<R>, rows: readonly R[]): string[] {
  return shape.map(([, , pick]) => `{${rows.map((row) => elementOf(pick(row))).join(',')}}`);
}

/** PostgreSQL manual, §8.15.2: quoted elements escape quotes and backslashes; `NULL` is bare. */
function elementOf(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return SPECIAL.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

const SPECIAL = /["\\]/;

export function scalarsOf<R>(shape: Shape<R>, row: R): unknown[] {
  return shape.map(([, , pick]) => pick(row));
}

/** A `timestamptz` from whole milliseconds. */
export function timeOf(instant: number): string {
  return new Date(instant).toISOString();
}

export function timeOrNull(instant: number | null): string | null {
  return instant === null ? null : timeOf(instant);
}

/** From a column, or from a row inside of JSON. */
export function instantOf(value: unknown): number {
  return new Date(value as Date | string).getTime();
}

export function instantOrNull(value: unknown): number | null {
  return value === null ? null : instantOf(value);
}

/**
 * Places of `rows` in batches of at most `rowsMax`. What has the same name as a row before it goes into a later batch,
 * which finds what the first has written.
 */
export function batchesOf<R>(
  rows: readonly R[],
  nameOf: (row: R) => string,
  rowsMax: number,
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  const after = new Map<string, number>();
  for (const [at, row] of rows.entries()) {
    const name = nameOf(row);
    let batch = Math.max(after.get(name) ?? 0, Math.floor(at / rowsMax));
    while ((batches[batch]?.length ?? 0) >= rowsMax) batch += 1;
    while (batches.length <= batch) batches.push([]);
    batches[batch]?.push(at);
    after.set(name, batch + 1);
  }
  return batches.filter((batch) => batch.length > 0);
}
