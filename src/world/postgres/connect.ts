import { type ClientBase, type ClientConfig, type CustomTypesConfig, Pool, types } from 'pg';
import type { LoginRole } from './roles.ts';

/** How the connections of one pool behave. No defaults: each caller says what fits its work. */
export interface PoolSetup {
  readonly server: ClientConfig;
  readonly role: LoginRole;
  /** What `pg_stat_activity` shows. */
  readonly name: string;
  readonly connectionsMax: number;
  readonly statementMsMax: number;
}

/** Longer waits for a row mean that something hangs; the caller comes again. */
const LOCK_MS_MAX = 5000;
/** Between two statements of one transaction lies no waiting for the outside. */
const IDLE_IN_TRANSACTION_MS_MAX = 10_000;
const CONNECT_MS_MAX = 10_000;
const KEEP_ALIVE_MS = 10_000;

/**
 * A pool whose connections have one role and nothing else: an empty search path, so that only qualified names are
 * found, and bounds of time. `onTrouble` hears of connections that break while nobody uses them.
 */
export function openPool(setup: PoolSetup, onTrouble: (error: Error) => void): Pool {
  const pool = new Pool({
    ...setup.server,
    application_name: setup.name,
    max: setup.connectionsMax,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: EXACT_TYPES,
    onConnect: (client) => settle(client, setup),
  });
  pool.on('error', onTrouble);
  // The pool listens to idle clients only: one that breaks while it is used would end the process.
  pool.on('connect', (client) => client.on('error', onTrouble));
  return pool;
}

async function settle(client: ClientBase, { role, statementMsMax }: PoolSetup): Promise<void> {
  await client.query(`
    set role ${role};
    set search_path = '';
    set time zone 'UTC';
    set statement_timeout = ${statementMsMax};
    set lock_timeout = ${LOCK_MS_MAX};
    set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS_MAX}`);
}

const parseBigint = (text: string) => BigInt(text);
const parseText = (text: string) => text;

/** Counts and money are exact, and a date is a day of a calendar, not an instant of this machine's zone. */
export const EXACT_TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (format === 'binary') return types.getTypeParser(oid, format);
    if (oid === types.builtins.INT8) return parseBigint;
    if (oid === types.builtins.DATE) return parseText;
    return types.getTypeParser(oid, format);
  },
};

/** The same server, another database of it. In `pg` a connection string wins over everything beside it. */
export function withDatabase(server: ClientConfig, database: string): ClientConfig {
  if (server.connectionString === undefined) return { ...server, database };
  const url = new URL(server.connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return { ...server, connectionString: url.href };
}
