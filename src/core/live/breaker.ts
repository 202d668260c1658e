import { MINUTE_MS } from '../kernel/time.ts';

/** When charging stops by itself. Data. */
export interface BreakerPolicy {
  /** So many proven double charges … */
  readonly doubleChargesMax: number;
  /** … within so long stop it. */
  readonly withinMs: number;
}

/** Null while charging may go on; else why not, in one sentence for whoever is to resume it. */
export function tripBreaker(doubleCharges: number, policy: BreakerPolicy): string | null {
  if (doubleCharges < policy.doubleChargesMax) return null;
  const minutes = Math.round(policy.withinMs / MINUTE_MS);
  return (
    `${doubleCharges} double charges within ${minutes} min: nothing is charged until a person has looked and resumes ` +
    'with a reason'
  );
}
