import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

/** How large the engine may grow and where it may spill. */
export interface DatabaseSettings {
  /** DuckDB's own spelling, such as `1GB`. Smaller is faster up to a point: partitions then fit the cache. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where the private folder is made; null takes the system's. */
  readonly spillFolder: string | null;
}

/** Measured: at 50 million charges 1 GB is both the fastest and the smallest. */
export const MEMORY_LIMIT = '1GB';

/** A database in memory with a private folder for spilling and for files that had to be unpacked. */
export interface Database {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  /** A second connection: a result that is still streaming ends as soon as its own connection is asked again. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/**
 * Opens an empty database. No extension is downloaded and no network is touched; times are UTC. The folder is removed
 * on `close`, and also when the process ends in any way that lets JavaScript run (Ctrl-C included).
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const folder = mkdtempSync(join(settings.spillFolder ?? tmpdir(), 'storno-'));
  const connections: DuckDBConnection[] = [];
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  // A process does not end before the statement that runs in it: stopped in the middle of one, it would linger.
  const abandon = () => {
    for (const each of connections) each.interrupt();
    removeFolder();
  };
  process.once('exit', abandon);
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(settings.threads),
      memory_limit: settings.memoryLimit,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
    });
    const connection = await instance.connect();
    connections.push(connection);
    await connection.run("set TimeZone = 'UTC'");
    return {
      connection,
      folder,
      async connect() {
        const other = await instance.connect();
        connections.push(other);
        await other.run("set TimeZone = 'UTC'");
        return other;
      },
      close() {
        connection.closeSync();
        instance.closeSync();
        process.off('exit', abandon);
        removeFolder();
      },
    };
  } catch (error) {
    process.off('exit', abandon);
    removeFolder();
    throw error;
  }
}

/** All rows of a small result, as plain JavaScript values (BIGINT as bigint). */
export async function queryRows(
  database: Database,
  sql: string,
  values: readonly DuckDBValue[] = [],
): Promise<readonly (readonly unknown[])[]> {
  const reader = await database.connection.runAndReadAll(sql, [...values]);
  return reader.getRowsJS();
}

/** A SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A SQL identifier, quoted whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
