import { SECOND_MS } from '../../core/kernel/time.ts';
import type { Office } from '../../flow/ports/office.ts';
import { type Database, openDatabase } from '../../world/postgres/database.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { guarded } from '../../world/postgres/errors.ts';
import { locateDatabase } from '../../world/postgres/locate.ts';
import { openOffice } from '../../world/postgres/office.ts';
import type { LoginRole } from '../../world/postgres/roles.ts';
import { type Context, refuse } from './context.ts';

export interface LiveOptions {
  readonly json?: boolean;
}

/** Requests and steps of work are short; what takes longer hangs. */
export const STATEMENT_MS_MAX = 30 * SECOND_MS;

/** A command asks one thing after the other. */
const CONNECTIONS_OF_A_COMMAND = 2;

/** Opens the database for the time of the work, and says in words what bars the way to it. */
export async function withDatabase(
  context: Context,
  options: LiveOptions,
  work: (database: Database) => Promise<number>,
): Promise<number> {
  let database: Database;
  try {
    database = await openDatabase(locateDatabase(process.env), () => undefined);
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    return refuse(context, options, [{ kind: 'database', file: null, message: error.message }]);
  }
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The office as the API has it, for commands that a person types. */
export function withOffice(
  context: Context,
  options: LiveOptions,
  work: (office: Office) => Promise<number>,
): Promise<number> {
  return withDatabase(context, options, (database) =>
    work(officeOf(database, { role: 'storno_api', connectionsMax: CONNECTIONS_OF_A_COMMAND })),
  );
}

export function officeOf(
  database: Database,
  pool: { readonly role: LoginRole; readonly connectionsMax: number },
): Office {
  return openOffice({ connections: database.openPool({ ...pool, statementMsMax: STATEMENT_MS_MAX }), guard: guarded });
}
