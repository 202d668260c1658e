import { rm, writeFile } from 'node:fs/promises';
import type { ClientBase, ClientConfig } from 'pg';
import { openDatabase } from './database.ts';
import { exists } from './embedded/engine.ts';
import type { DataFolder } from './embedded/folder.ts';
import { SUPERUSER } from './embedded/passwords.ts';
import { readPostmaster } from './embedded/postmaster-file.ts';
import { type Embedded, findServer, prepareEmbedded, stopServer } from './embedded/run.ts';
import { trouble } from './embedded/trouble.ts';
import type { DatabaseLocation } from './locate.ts';
import { type MigrationPlan, migrate, planMigration } from './migrate.ts';
import type { Migration } from './migrations.ts';
import type { LoginRole } from './roles.ts';
import { DATABASE, openServer, withClient } from './server.ts';

/** What is pending, and nothing is done. */
export function planOf(location: DatabaseLocation): Promise<MigrationPlan> {
  return withServer(location, planMigration);
}

export function migrateDatabase(location: DatabaseLocation): Promise<readonly Migration[]> {
  return withServer(location, migrate);
}

async function withServer<T>(location: DatabaseLocation, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const server = await openServer(location);
  try {
    return await withClient(server.admin, work);
  } finally {
    await server.close();
  }
}

/** Starts the server of the folder, to stay until it is stopped. */
export async function startToStay(folder: DataFolder): Promise<void> {
  const database = await openDatabase({ kind: 'embedded', folder }, () => undefined);
  await writeFile(folder.keep, '');
  await database.close();
}

export interface Stopping {
  /** Programs that are connected, by the name that they give. */
  readonly users: readonly string[];
}

/** Stops the server of the folder if nobody uses it. `in_use` stops nothing and says who does. */
export async function stopIfUnused(folder: DataFolder): Promise<Stopping & { readonly kind: StopOutcome }> {
  return stopWhere(folder, (users) => users.length === 0);
}

/** Stops it whoever uses it: their connections are closed, what they had not committed is rolled back. */
export async function stopAnyway(folder: DataFolder): Promise<Stopping & { readonly kind: StopOutcome }> {
  return stopWhere(folder, () => true);
}

type StopOutcome = 'stopped' | 'was_not_running' | 'in_use';

async function stopWhere(
  folder: DataFolder,
  allowed: (users: readonly string[]) => boolean,
): Promise<Stopping & { readonly kind: StopOutcome }> {
  const running = await findRunning(folder);
  if (running === null) {
    await rm(folder.keep, { force: true });
    return { kind: 'was_not_running', users: [] };
  }
  const users = await withClient(running.server, readUsers);
  if (!allowed(users)) return { kind: 'in_use', users };
  await rm(folder.keep, { force: true });
  await stopServer(running.embedded);
  return { kind: 'stopped', users };
}

async function findRunning(
  folder: DataFolder,
): Promise<{ readonly embedded: Embedded; readonly server: ClientConfig } | null> {
  if (!(await exists(folder.cluster))) return null;
  const embedded = await prepareEmbedded(folder);
  const server = await findServer(embedded);
  return server === null ? null : { embedded, server };
}

const USERS = `
select coalesce(nullif(application_name, ''), usename::text) as name
from pg_catalog.pg_stat_activity
where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()
order by 1`;

async function readUsers(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(USERS);
  return rows.map(({ name }) => name);
}

export interface DatabaseStatus {
  readonly kind: DatabaseLocation['kind'];
  readonly state: 'running' | 'stopped' | 'none';
  /** Null where it does not run. */
  readonly version: string | null;
  readonly bytes: bigint | null;
  readonly users: readonly string[];
  /** The last migration that was applied, and how many are pending; null where it does not run. */
  readonly schema: { readonly applied: number; readonly pending: number } | null;
  readonly pid: number | null;
  /** Whether it stays when its last user leaves. */
  readonly stays: boolean;
}

/** Looks without starting or changing anything. */
export async function readStatus(location: DatabaseLocation): Promise<DatabaseStatus> {
  if (location.kind === 'external') {
    const facts = await withClient({ connectionString: location.url }, readFacts);
    return { kind: 'external', state: 'running', pid: null, stays: true, ...facts };
  }
  const { folder } = location;
  const absent = { kind: 'embedded', version: null, bytes: null, users: [], schema: null, pid: null } as const;
  const stays = await exists(folder.keep);
  if (!(await exists(folder.cluster))) return { ...absent, state: 'none', stays };
  const running = await findRunning(folder);
  if (running === null) return { ...absent, state: 'stopped', stays };
  const facts = await withClient({ ...running.server, database: DATABASE }, readFacts);
  const pid = (await readPostmaster(folder))?.pid ?? null;
  return { kind: 'embedded', state: 'running', pid, stays, ...facts };
}

async function readFacts(client: ClientBase): Promise<Pick<DatabaseStatus, 'version' | 'bytes' | 'users' | 'schema'>> {
  const { rows } = await client.query<{ version: string; bytes: bigint }>(
    `select pg_catalog.current_setting('server_version') as version,
      pg_catalog.pg_database_size(pg_catalog.current_database()) as bytes`,
  );
  const { applied, pending } = await planMigration(client);
  const users = await readUsers(client);
  return {
    version: rows[0]?.version ?? null,
    bytes: rows[0]?.bytes ?? null,
    users,
    schema: { applied, pending: pending.length },
  };
}

/** The address of the database for another program, with its password: a secret. The server must run. */
export async function addressFor(location: DatabaseLocation, role: LoginRole | typeof SUPERUSER): Promise<string> {
  if (location.kind === 'external') return location.url;
  const running = await findRunning(location.folder);
  if (running === null) throw trouble('The database server does not run.', 'Start it with: storno database start');
  const { host, port } = running.server;
  const password = running.embedded.passwords[role];
  if (!host?.startsWith('/')) return `postgresql://${role}:${password}@${host}:${port}/${DATABASE}`;
  return `postgresql://${role}:${password}@localhost/${DATABASE}?host=${encodeURIComponent(host)}&port=${port}`;
}

export function roleNamed(text: string): LoginRole | typeof SUPERUSER | null {
  return ROLES.find((role) => role === text) ?? null;
}

export const ROLES = [SUPERUSER, 'storno_api', 'storno_worker', 'storno_auditor', 'storno_support'] as const;
