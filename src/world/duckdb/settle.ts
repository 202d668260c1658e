import type { FactKind } from '../../core/fact/fact.ts';
import { cleanFile, type PreparedFile } from './declare/prepare.ts';
import type { Reading } from './declare/reading.ts';
import { REJECTS_SCANS, REJECTS_TABLE } from './declare/table.ts';
import { createViews, type Declared } from './declare.ts';
import { type Database, queryRows } from './open.ts';

/** Every file is cleaned at most once, so this many rounds settle any input. */
const ROUNDS_MAX = 4;

/**
 * Runs the first complete pass over the views. If DuckDB met a record that is no row (too few fields, too many), such
 * files are judged record by record, what is sound is copied, and the pass runs again. After this, every query sees the
 * same rows, and `countUnreadable` is right.
 */
export async function readSettled<T>(database: Database, declared: Declared, pass: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    const outcome = await attempt(pass);
    const unsettled = await unsettledPaths(database, outcome);
    if (unsettled.size === 0 || round === ROUNDS_MAX) {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    }
    await cleanFiles(database, declared, unsettled);
  }
}

/** Records of each source that are no rows, in the order of the sources; they count as read and rejected. */
export function countUnreadable(declared: Declared, fact: FactKind): readonly number[] {
  return (declared.readings.get(fact) ?? []).map(({ derived, file }) => (derived ? 0 : (file.text?.left ?? 0)));
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

async function attempt<T>(pass: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await pass() };
  } catch (error) {
    return { error };
  }
}

/** The files, as DuckDB reads them, in which it found a fault or gave up. */
async function unsettledPaths<T>(database: Database, outcome: Outcome<T>): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  if ('error' in outcome) {
    const path = /^\s*file = (.*)$/m.exec(outcome.error instanceof Error ? outcome.error.message : '')?.[1];
    if (path !== undefined) paths.add(path.trim());
  }
  const tables = await queryRows(database, `SELECT 1 FROM duckdb_tables() WHERE table_name = '${REJECTS_TABLE}'`);
  if (tables.length === 0) return paths;
  const rows = await queryRows(
    database,
    `SELECT DISTINCT file_path FROM ${REJECTS_TABLE} JOIN ${REJECTS_SCANS} USING (scan_id, file_id)`,
  );
  for (const [path] of rows) paths.add(String(path));
  await database.connection.run(`DELETE FROM ${REJECTS_TABLE}`);
  await database.connection.run(`DELETE FROM ${REJECTS_SCANS}`);
  return paths;
}

async function cleanFiles(database: Database, declared: Declared, paths: ReadonlySet<string>): Promise<void> {
  const cleaned = new Map<string, PreparedFile>();
  for (const [fact, readings] of declared.readings) {
    const next: Reading[] = [];
    for (const reading of readings) {
      const { readPath } = reading.file;
      const file = paths.has(readPath)
        ? (cleaned.get(readPath) ?? (await cleanFile(database, reading.file)))
        : reading.file;
      cleaned.set(readPath, file);
      next.push({ ...reading, file });
    }
    declared.readings.set(fact, next);
  }
  await createViews(database, declared);
}
