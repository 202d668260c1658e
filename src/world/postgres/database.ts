import type { ClientBase, Pool } from 'pg';
import { openPool } from './connect.ts';
import { trouble } from './embedded/trouble.ts';
import type { DatabaseLocation } from './locate.ts';
import { migrate, oneAtATime, planMigration } from './migrate.ts';
import { allowLogin, LOGIN_ROLES, type LoginRole } from './roles.ts';
import { openServer, type Server, withClient } from './server.ts';

/** The database with a schema of this program's version, and pools of connections to it. */
export interface Database {
  /** Opens a pool of one role; ended with the database. */
  openPool(setup: PoolSize): Pool;
  close(): Promise<void>;
}

export interface PoolSize {
  readonly role: LoginRole;
  readonly connectionsMax: number;
  readonly statementMsMax: number;
}

/**
 * Opens the database. On the embedded server the schema is brought up to date by itself; an operator's own is only
 * migrated on his word. `onTrouble` hears of connections that break while nobody uses them. `DatabaseTrouble` says what
 * bars the way.
 */
export async function openDatabase(location: DatabaseLocation, onTrouble: (error: Error) => void): Promise<Database> {
  const server = await openServer(location);
  const pools: Pool[] = [];
  const close = async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.close();
  };
  try {
    await withClient(server.admin, (client) => settleSchema(client, server));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    openPool: (size) => {
      const pool = openPool({ ...size, server: server.asRole(size.role), name: `storno ${size.role}` }, onTrouble);
      pools.push(pool);
      return pool;
    },
    close,
  };
}

async function settleSchema(client: ClientBase, server: Server): Promise<void> {
  const { pending, applied } = await planMigration(client);
  if (server.passwords !== null) {
    if (pending.length > 0) await migrate(client);
    return letRolesIn(client, server.passwords);
  }
  if (pending.length === 0) return;
  throw trouble(
    applied === 0
      ? 'The database of STORNO_DATABASE_URL is not set up yet.'
      : `The database is older than this Storno: ${pending.length} migrations are missing, the first is ${pending[0]?.name}.`,
    'Run: storno migrate',
  );
}

/** Once: the passwords in the folder never change. */
async function letRolesIn(client: ClientBase, passwords: Readonly<Record<LoginRole, string>>): Promise<void> {
  const { rows } = await client.query<{ role: string }>(
    'select rolname as role from pg_catalog.pg_roles where rolcanlogin',
  );
  const shutOut = LOGIN_ROLES.filter((role) => !rows.some((row) => row.role === role));
  if (shutOut.length === 0) return;
  await oneAtATime(client, async () => {
    for (const role of shutOut) await allowLogin(client, role, passwords[role]);
  });
}
