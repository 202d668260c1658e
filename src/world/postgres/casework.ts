import type { Pool } from 'pg';
import type { Casework } from '../../flow/ports/casework.ts';
import { openBasis } from './casework/basis.ts';
import { openClosing } from './casework/closing.ts';
import { openDecisions } from './casework/decisions.ts';
import { openGoverning } from './casework/governing.ts';
import { openIncidents } from './casework/incidents.ts';
import { openPlans } from './casework/plans.ts';

/** As role storno_api: finds, plans, approves and governs; it never touches a refund. */
export function openCasework(pool: Pool): Casework {
  return {
    ...openGoverning(pool),
    ...openIncidents(pool),
    ...openClosing(pool),
    ...openBasis(pool),
    ...openPlans(pool),
    ...openDecisions(pool),
  };
}
