import { INSUFFICIENT_PRIVILEGE as DENIED } from '../../src/world/postgres/errors.ts';
import type { LoginRole } from '../../src/world/postgres/roles.ts';

/** A statement that must not get through, and the code with which it fails; null: it may run, and changes nothing. */
export interface Attack {
  readonly sql: string;
  /** For every role that `codes` does not name. */
  readonly code: string | null;
  readonly codes?: Partial<Readonly<Record<LoginRole, string | null>>>;
}

/** `storno.refuse_step` */
export const REFUSED_STEP = '23000';

export function denied(...statements: readonly string[]): readonly Attack[] {
  return statements.map((sql) => ({ sql, code: DENIED }));
}

/** For those who may write the table at all, refused by the schema; for all others, denied. */
export function refused(sql: string, code: string, ...roles: readonly LoginRole[]): Attack {
  return { sql, code: DENIED, codes: Object.fromEntries(roles.map((role) => [role, code])) };
}
