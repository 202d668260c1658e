import { Client, type ClientBase, type ClientConfig } from 'pg';
import { EXACT_TYPES, withDatabase } from './connect.ts';
import { trouble } from './embedded/trouble.ts';
import { openEmbedded } from './embedded.ts';
import {
  DUPLICATE_DATABASE,
  INVALID_AUTHORIZATION,
  INVALID_CATALOG_NAME,
  INVALID_PASSWORD,
  isConnectionLoss,
  sqlState,
  UNIQUE_VIOLATION,
} from './errors.ts';
import { type DatabaseLocation, sayUrl } from './locate.ts';
import type { LoginRole } from './roles.ts';

/** A reachable server with Storno's database on it, of whatever schema. */
export interface Server {
  /** As whoever may migrate. */
  readonly admin: ClientConfig;
  /** For the connections of a role; where it has no login of its own, they become the role after connecting. */
  asRole(role: LoginRole): ClientConfig;
  /** The passwords of roles that log in by themselves; null where they do not. */
  readonly passwords: Readonly<Record<LoginRole, string>> | null;
  close(): Promise<void>;
}

/** The embedded server's only database. */
export const DATABASE = 'storno';
const CONNECT_MS_MAX = 10_000;

/** The oldest PostgreSQL that the migrations run on, and its number as the server says it. */
const VERSION_MIN = 15;
const VERSION_UNIT = 10_000;

export async function openServer(location: DatabaseLocation): Promise<Server> {
  if (location.kind === 'embedded') return openOwnServer(location);
  const admin: ClientConfig = { connectionString: location.url };
  await withClient(admin, checkVersion);
  return { admin, asRole: () => admin, passwords: null, close: async () => undefined };
}

async function openOwnServer({ folder }: Extract<DatabaseLocation, { kind: 'embedded' }>): Promise<Server> {
  const { server, passwords, close } = await openEmbedded(folder);
  try {
    await withClient(server, createDatabase);
  } catch (error) {
    await close();
    throw error;
  }
  const admin = withDatabase(server, DATABASE);
  return { admin, asRole: (role) => ({ ...admin, user: role, password: passwords[role] }), passwords, close };
}

async function createDatabase(client: ClientBase): Promise<void> {
  const { rows } = await client.query('select from pg_catalog.pg_database where datname = $1', [DATABASE]);
  if (rows.length > 0) return;
  try {
    await client.query(`create database ${DATABASE}`);
  } catch (error) {
    // Another process was faster, by much or by little.
    const code = sqlState(error);
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  }
}

async function checkVersion(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  const version = Number(rows[0]?.server_version_num) / VERSION_UNIT;
  if (version >= VERSION_MIN) return;
  throw trouble(
    `The server of STORNO_DATABASE_URL is PostgreSQL ${Math.floor(version)}; Storno needs ${VERSION_MIN} or newer.`,
    'Upgrade it, or leave STORNO_DATABASE_URL empty: Storno then runs a server of its own.',
  );
}

/** One connection for one piece of work; `DatabaseTrouble` where there is none, or none any more. */
export async function withClient<T>(config: ClientConfig, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = new Client({
    ...config,
    application_name: 'storno migrate',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    types: EXACT_TYPES,
  });
  // A connection that breaks shows in the call that used it.
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    throw unreachable(config, error);
  });
  try {
    return await work(client);
  } catch (error) {
    // Killed or restarted in the middle of it: as if it had not been there at the beginning.
    throw isConnectionLoss(error) ? unreachable(config, error) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function unreachable(config: ClientConfig, error: unknown): Error {
  const where = config.connectionString === undefined ? `${config.host}` : sayUrl(config.connectionString);
  const reason = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
  return trouble(`The database ${where} cannot be reached: ${reason}.`, adviceFor(sqlState(error)));
}

function adviceFor(code: string | null): string {
  switch (code) {
    case INVALID_PASSWORD:
    case INVALID_AUTHORIZATION:
      return 'User or password in STORNO_DATABASE_URL are not right.';
    case INVALID_CATALOG_NAME:
      return 'Create the database first: create database storno.';
    default:
      return 'Check that the server runs and that STORNO_DATABASE_URL is right.';
  }
}
