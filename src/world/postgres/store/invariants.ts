import type { Pool } from 'pg';
import { guarded } from '../errors.ts';

/** Every violation, in words; empty where all hold. The rules stand with the schema: `sql/0010_invariants.sql`. */
export async function checkInvariants(pool: Pool): Promise<readonly string[]> {
  const { rows } = await guarded(() =>
    pool.query<{ violation: string }>('select storno.check_invariants(null, null) as violation'),
  );
  return rows.map(({ violation }) => violation);
}
