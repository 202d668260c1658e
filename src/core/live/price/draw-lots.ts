import { assert } from '../../kernel/assert.ts';
import type { Lot, LotUse } from '../../ledger/lot.ts';
import type { EndedRental } from '../ended-rental.ts';

/**
 * The lots that a rental may draw on, in the order in which it does: of its account and its market, valid when it
 * started, with something left; soonest expiry first, then oldest, then by id.
 */
export function usableLots(
  { accountId, market, startedAt }: Pick<EndedRental, 'accountId' | 'market' | 'startedAt'>,
  lots: readonly Lot[],
): readonly Lot[] {
  return lots
    .filter((lot) => lot.accountId === accountId && lot.market === market && lot.remaining > 0)
    .filter((lot) => lot.validFrom <= startedAt && startedAt < lot.expiresAt)
    .toSorted(
      (one, other) =>
        one.expiresAt - other.expiresAt || one.validFrom - other.validFrom || (one.lotId < other.lotId ? -1 : 1),
    );
}

/** Takes so many minutes from lots in their order; the lots hold at least as many. */
export function drawLots(lots: readonly Lot[], minutes: number): readonly LotUse[] {
  const uses: LotUse[] = [];
  let open = minutes;
  for (const { lotId, remaining } of lots) {
    const drawn = Math.min(open, remaining);
    if (drawn > 0) uses.push({ lotId, minutes: drawn });
    open -= drawn;
  }
  assert(open === 0, `${open} of ${minutes} minutes stand in no lot`);
  return uses;
}
