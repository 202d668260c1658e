/** What the office needs of a connection: `pg`'s pool and its clients have it. */
export interface Queries {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

export interface Connections extends Queries {
  connect(): Promise<Queries & { release(error?: Error): void }>;
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * Turns a failure of the database into `StoreUnavailable` or passes a defect on. The one table of codes lives with
 * whoever opens the database.
 */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

export interface OfficeBase {
  readonly connections: Connections;
  readonly guard: Guard;
}

/** One statement, by itself a transaction. */
export function run(base: OfficeBase, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  return base.guard(async () => (await base.connections.query(text, [...values])).rows);
}

export async function runOne(base: OfficeBase, text: string, values: readonly unknown[]): Promise<Row | null> {
  return (await run(base, text, values))[0] ?? null;
}

/** `begin … commit` on one connection; whatever goes wrong rolls back and is passed on. */
export function inTransaction<T>(base: OfficeBase, work: (queries: Queries) => Promise<T>): Promise<T> {
  return base.guard(async () => {
    const client = await base.connections.connect();
    try {
      await client.query('begin isolation level read committed', []);
      const answer = await work(client);
      await client.query('commit', []);
      client.release();
      return answer;
    } catch (error) {
      // A connection on which something failed is closed, not used again: nothing half-done can stay on it.
      client.release(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  });
}

/** A `timestamptz` as whole milliseconds, whatever parsers the connection has. */
export function ms(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

export function at(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant);
}
