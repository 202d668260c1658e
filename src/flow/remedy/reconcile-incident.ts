import type { Day } from '../../core/kernel/day.ts';
import type { Expectation, Movement } from '../../core/remedy/reconcile/shape.ts';
import { type Reconciliation, reconcile } from '../../core/remedy/reconcile.ts';
import type { BankDesk } from '../ports/bank.ts';

export interface Reconciled extends Reconciliation {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
}

/**
 * Every refund of the incident followed to its booking: in the provider's own ledger, or on our bank account. Movements
 * that nothing of the incident expects are other business and are left out. `asOf` is the day up to which statements
 * and ledger are whole.
 */
export async function reconcileIncident(
  bank: Pick<BankDesk, 'readExpectations' | 'readMovements' | 'readManualMatches'>,
  { incidentId, asOf }: { readonly incidentId: string; readonly asOf: Day },
): Promise<Reconciled> {
  const expectations = await bank.readExpectations(incidentId);
  const movements = await bank.readMovements();
  const ids = new Set(expectations.map(({ id }) => id));
  const manual = (await bank.readManualMatches()).filter((match) => match.expectationIds.every((id) => ids.has(id)));
  const named = new Set(expectations.flatMap(({ references }) => references));
  const byHand = new Set(manual.flatMap(({ movementIds }) => movementIds));
  const concerned = movements.filter(
    ({ id, references }) => byHand.has(id) || references.some((one) => named.has(one)),
  );
  return { ...reconcile({ expectations, movements: concerned, manual, asOf }), expectations, movements: concerned };
}

/** How many refunds are not explained to the cent: open, ambiguous, or booked with another sum. */
export function countUnexplained({ groups, ambiguities, open }: Reconciliation): number {
  const unclear = [...groups.filter(({ standing }) => standing !== 'matched'), ...ambiguities];
  return open.length + unclear.reduce((sum, { expectationIds }) => sum + expectationIds.length, 0);
}

/** Whether nothing is left to be explained: every expectation matched to the cent, or come back and said so. */
export function isEven(found: Reconciliation): boolean {
  return countUnexplained(found) === 0;
}
