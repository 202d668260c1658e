import { toMajor } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { type Missing, missingOf } from '../../core/remedy/close.ts';
import type { Staff } from '../../core/remedy/staff.ts';
import type { Closing } from '../ports/casework.ts';
import { type CaseworkWorld, type IncidentUnknown, type MayNot, permitOperator } from './casework.ts';

export type CloseRefused =
  | MayNot
  | IncidentUnknown
  | { readonly kind: 'not_ready'; readonly missing: readonly Missing[] };

export interface CloseRequest {
  readonly incidentId: string;
  readonly actor: Staff;
  countUnexplained(incidentId: string): Promise<number>;
}

export interface Closed {
  readonly kind: 'created' | 'exists';
  readonly remains: Closing['remains'];
}

/**
 * Closes what is done; what remains unpaid is written into the closure. `countUnexplained` says how many refunds of an
 * incident neither the provider's ledger nor the bank explains: reconciliation lives with the bank.
 */
export async function closeIncident(
  { casework, clock }: CaseworkWorld,
  { incidentId, actor, countUnexplained }: CloseRequest,
): Promise<Result<Closed, CloseRefused>> {
  const permitted = permitOperator(actor);
  if (!permitted.ok) return permitted;
  if ((await casework.readIncident(incidentId)) === null) return fail({ kind: 'incident_unknown' });
  const at = clock.now();
  const { closed, sample, preventions } = await casework.readCaseFile(incidentId);
  const closing = await casework.readClosing(incidentId, at);
  if (closed !== null) return ok({ kind: 'exists', remains: closing.remains });
  const unexplained = await countUnexplained(incidentId);
  const missing = missingOf({ ...closing, unexplained, sample, preventions });
  if (missing.length > 0) return fail({ kind: 'not_ready', missing });
  const remains = {
    unpaid: closing.remains.map(({ owed, accounts, unpayable }) => ({
      currency: owed.currency,
      owed: toMajor(owed),
      accounts,
      unpayable: toMajor(unpayable),
    })),
  };
  const kind = await casework.closeIncident({ incidentId, remains, signature: { by: actor.staffId, at } });
  return ok({ kind, remains: closing.remains });
}
