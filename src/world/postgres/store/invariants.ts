import type { Pool } from 'pg';
import type { LiveStore } from '../../../flow/ports/store.ts';
import { guarded } from '../errors.ts';
import { timeOf } from './sql.ts';

const CHECK = `select storno.check_invariants($1, $2 * interval '1 ms') as violation`;

/** Every violation, in words; empty where all hold. The rules stand with the schema: `sql/0010_invariants.sql`. */
export async function checkInvariants(
  pool: Pool,
  { now, overdueMs }: Parameters<LiveStore['checkInvariants']>[0],
): Promise<readonly string[]> {
  const { rows } = await guarded(() => pool.query<{ violation: string }>(CHECK, [timeOf(now), overdueMs]));
  return rows.map(({ violation }) => violation);
}
