import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../flow/ports/store.ts';

/** PostgreSQL's codes that this program knows, by name (PostgreSQL manual, appendix A). No other file names a code. */
export const NOT_NULL_VIOLATION = '23502';
export const UNIQUE_VIOLATION = '23505';
export const CHECK_VIOLATION = '23514';
export const INSUFFICIENT_PRIVILEGE = '42501';
export const DUPLICATE_DATABASE = '42P04';
export const INVALID_CATALOG_NAME = '3D000';
export const INVALID_PASSWORD = '28P01';
export const INVALID_AUTHORIZATION = '28000';
export const SERIALIZATION_FAILURE = '40001';
export const DEADLOCK_DETECTED = '40P01';
export const LOCK_NOT_AVAILABLE = '55P03';
export const QUERY_CANCELED = '57014';
export const ADMIN_SHUTDOWN = '57P01';

/** Our own: `storno.hold` has refused a statement as a whole. */
export const HELD = 'ST001';

/** The transaction was rolled back for the sake of another, and can be run again as it is. */
const REPEATABLE: ReadonlySet<string> = new Set([SERIALIZATION_FAILURE, DEADLOCK_DETECTED]);

/** The server was not able to, whatever was asked: ask again later. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  '25006', // read_only_sql_transaction: a replica was reached, or a primary that has stepped down
  '25P03', // idle_in_transaction_session_timeout
  '53000', // insufficient_resources
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  ADMIN_SHUTDOWN,
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '58000', // system_error
  '58030', // io_error
]);

/** Class 08: the connection. */
const CONNECTION_CLASS = '08';

/** What `pg` and its pool say, without a code, where the connection is what failed. */
const CONNECTION_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Connection error|Query read timeout|The server does not support SSL)/;

/** The code of PostgreSQL's error, null for every other error. */
export function sqlState(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.code ?? null) : null;
}

export function isRepeatable(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && REPEATABLE.has(code);
}

/** Whether the database did not answer, so that nothing is known of what was asked last. */
export function isConnectionLoss(error: unknown): boolean {
  const code = sqlState(error);
  if (code !== null) return code.startsWith(CONNECTION_CLASS) || UNAVAILABLE.has(code);
  if (!(error instanceof Error)) return false;
  return CONNECTION_MESSAGES.test(error.message) || ('syscall' in error && 'code' in error);
}

/** Ten transactions that meet again and again are a defect, not bad luck. */
const TRIES_MAX = 10;
const PAUSE_MS = 5;

/**
 * Runs one whole transaction. Where it was rolled back for another's sake it is run again, at most ten times; where the
 * database did not answer, `StoreUnavailable` says so; every other error is a defect and passes.
 */
export async function guarded<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (isConnectionLoss(error)) throw new StoreUnavailable(messageOf(error), { cause: error });
      if (!isRepeatable(error)) throw error;
      if (tries === TRIES_MAX) throw new StoreUnavailable(messageOf(error), { cause: error });
    }
    await sleep(PAUSE_MS * tries);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
