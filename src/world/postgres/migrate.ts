import type { ClientBase } from 'pg';
import { trouble } from './embedded/trouble.ts';
import { type Migration, readMigrations } from './migrations.ts';
import { closeDatabase, ensureRoles, OWNER } from './roles.ts';

export interface MigrationPlan {
  /** In order; empty where the schema is the program's own. */
  readonly pending: readonly Migration[];
  /** The last number that was applied; 0 on a new database. */
  readonly applied: number;
}

/** Any number; all that migrate agree on it. */
const MIGRATION_LOCK = 8_243_112_014;

/**
 * Brings the schema to this program's version: each file in a transaction of its own, as the owner, with its row in the
 * ledger. Forward only. Others wait, and find nothing left to do. Answers what was applied.
 */
export function migrate(client: ClientBase): Promise<readonly Migration[]> {
  return oneAtATime(client, async () => {
    await ensureRoles(client);
    const { rows } = await client.query<{ name: string }>('select pg_catalog.current_database() as name');
    await closeDatabase(client, rows[0]?.name ?? '');
    const { pending, applied } = await planMigration(client);
    if (applied > 0 && pending.some(({ isBreaking }) => isBreaking)) await refuseBesideOthers(client, pending);
    for (const migration of pending) await applyMigration(client, migration);
    return pending;
  });
}

/** Whoever changes schema or roles of this database holds the lock while he does. */
export async function oneAtATime<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('select pg_catalog.pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    return await work();
  } finally {
    await client.query('select pg_catalog.pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

/** A migration that opens with `--! breaking-change` says that a program of before cannot run beside it. */
async function refuseBesideOthers(client: ClientBase, pending: readonly Migration[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct application_name as name
    from pg_catalog.pg_stat_activity
    where datname = pg_catalog.current_database() and application_name like 'storno storno%'
    order by 1`,
  );
  if (rows.length === 0) return;
  const breaking = pending.filter(({ isBreaking }) => isBreaking).map(({ name }) => name);
  throw trouble(
    `${breaking.join(', ')} changes what an older Storno relies on, and some are still connected`,
    `(${rows.map(({ name }) => name).join(', ')}).`,
    'Stop them first, then run: storno migrate',
  );
}

async function applyMigration(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(`begin; set local role ${OWNER}; set local search_path = ''`);
  try {
    await client.query(migration.text);
    await client.query(
      `insert into storno.migration (number, name, sha256, applied_at)
      values ($1, $2, $3, pg_catalog.statement_timestamp())`,
      [migration.number, migration.name, migration.sha256],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`sql/${migration.name} was not applied: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * Compares the database with this program. A ledger that is newer than the program, or whose text is another, is
 * refused: whoever goes on would write rows by rules that he does not know.
 */
export async function planMigration(client: ClientBase): Promise<MigrationPlan> {
  const known = await readMigrations();
  const ledger = await readLedger(client);
  for (const row of ledger) checkLedgerRow(row, known);
  const applied = ledger.at(-1)?.number ?? 0;
  return { pending: known.filter(({ number }) => number > applied), applied };
}

interface LedgerRow {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

async function readLedger(client: ClientBase): Promise<readonly LedgerRow[]> {
  const { rows: found } = await client.query<{ is_there: boolean }>(
    `select pg_catalog.to_regclass('storno.migration') is not null as is_there`,
  );
  if (found[0]?.is_there !== true) return [];
  const { rows } = await client.query<LedgerRow>('select number, name, sha256 from storno.migration order by number');
  return rows;
}

function checkLedgerRow(row: LedgerRow, known: readonly Migration[]): void {
  const file = known.find(({ number }) => number === row.number);
  if (file === undefined) {
    throw trouble(
      `The database is newer than this Storno: it has migration ${row.name}, which this one does not know.`,
      'Start the newer Storno.',
    );
  }
  if (file.sha256 !== row.sha256) {
    throw trouble(
      `The database was migrated with another text of ${row.name} (digest ${row.sha256.slice(0, 12)}, here ${file.sha256.slice(0, 12)}).`,
      'An applied migration never changes. Start the Storno that applied it, or restore a backup.',
    );
  }
}
