import { SECOND_MS } from '../../core/kernel/time.ts';
import type { Casework } from '../../flow/ports/casework.ts';
import type { Office } from '../../flow/ports/office.ts';
import { openCasework } from '../../world/postgres/casework.ts';
import type { Database } from '../../world/postgres/database.ts';
import { guarded } from '../../world/postgres/errors.ts';
import { openOffice } from '../../world/postgres/office.ts';
import type { LoginRole } from '../../world/postgres/roles.ts';
import type { Context } from './context.ts';
import { withDatabase } from './open-database.ts';

export interface LiveOptions {
  readonly json?: boolean;
}

/** Requests and steps of work are short; what takes longer hangs. */
const STATEMENT_MS_MAX = 30 * SECOND_MS;

/** A command asks one thing after the other. */
const CONNECTIONS_OF_A_COMMAND = 2;

export interface PoolWish {
  readonly role: LoginRole;
  readonly connectionsMax: number;
}

export function poolOf(database: Database, wish: PoolWish) {
  return database.openPool({ ...wish, statementMsMax: STATEMENT_MS_MAX });
}

/** The office as the API has it, for commands that a person types. */
export function withOffice(
  context: Context,
  options: LiveOptions,
  work: (office: Office, casework: Casework) => Promise<number>,
): Promise<number> {
  return withDatabase(context, { url: null, options }, (database) => {
    const connections = poolOf(database, { role: 'storno_api', connectionsMax: CONNECTIONS_OF_A_COMMAND });
    return work(openOffice({ connections, guard: guarded }), openCasework(connections));
  });
}
