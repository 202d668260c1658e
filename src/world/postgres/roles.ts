import type { ClientBase } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';

/**
 * Who may do what is said in the migrations; here are the names.
 *
 * - `storno_owner` owns every table and nobody logs in as him: only a migration becomes him.
 * - `storno_api` takes in rentals and serves; `storno_worker` charges, watches and delivers.
 * - `storno_auditor` reads all but personal data; `storno_support` reads personal data as well.
 */
export const OWNER = 'storno_owner';
export const LOGIN_ROLES = ['storno_api', 'storno_worker', 'storno_auditor', 'storno_support'] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];

/**
 * Creates the roles that are missing, and makes whoever is connected a member of all: he becomes them by `set role`.
 * Roles belong to the whole server, so that another database of it may have created them already.
 */
export async function ensureRoles(client: ClientBase): Promise<void> {
  const wanted = [OWNER, ...LOGIN_ROLES];
  const { rows } = await client.query<{ role: string; is_member: boolean }>(
    `select rolname as role, pg_catalog.pg_has_role(current_user, oid, 'member') as is_member
    from pg_catalog.pg_roles
    where rolname = any($1::text[])`,
    [wanted],
  );
  for (const role of wanted) {
    const known = rows.find((row) => row.role === role);
    if (known === undefined) await client.query(`create role ${role} nologin noinherit`);
    if (known?.is_member !== true) await client.query(`grant ${role} to current_user`);
  }
}

/** Lets a role log in with a password of its own, as on the embedded server. */
export async function allowLogin(client: ClientBase, role: LoginRole, password: string): Promise<void> {
  await client.query(`alter role ${role} login password ${escapeLiteral(password)}`);
}

/**
 * What the database itself allows, which no migration can say since it does not know its name: nobody creates schemas
 * or temporary tables, which could hide those of the books.
 */
export async function closeDatabase(client: ClientBase, database: string): Promise<void> {
  const name = escapeIdentifier(database);
  await client.query(`revoke create, temporary on database ${name} from public`);
  await client.query(`grant create on database ${name} to ${OWNER}`);
  for (const role of LOGIN_ROLES) await client.query(`grant connect on database ${name} to ${role}`);
  await client.query('revoke create on schema public from public');
}
