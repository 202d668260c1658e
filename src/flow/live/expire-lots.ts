import type { Lot } from '../../core/ledger/lot.ts';
import { minutesOf, type Transfer, transfer } from '../../core/ledger/transfer.ts';
import type { LiveWorld } from './world.ts';

/** Books what lapsed; answers how many lots did. A lot that was used or given minutes meanwhile is read again. */
export async function runOnce(world: LiveWorld, round: { readonly limit: number }): Promise<number> {
  const now = world.clock.now();
  const lapsed = await world.store.readLapsedLots(now, round.limit);
  for (const lot of lapsed) {
    const data = { lot_id: lot.lotId, market: lot.market, minutes: lot.remaining };
    const event = { type: 'lot.expired', accountId: lot.accountId, data, happenedAt: now } as const;
    await world.store.expireLot({ lot, transfer: expiryEntry(lot, now), event });
  }
  return lapsed.length;
}

/** Minutes that are given back to a lapsed lot lapse by an entry of their own: the instant tells them apart. */
function expiryEntry(lot: Lot, now: number): Transfer {
  return transfer({
    accountId: lot.accountId,
    kind: 'minutes_expired',
    sourceRef: `${lot.lotId}:${now}`,
    debit: 'account_minutes',
    credit: 'house_minutes_expired',
    dimension: lot.lotId,
    asset: minutesOf(lot.market),
    amount: BigInt(lot.remaining),
    corrects: null,
    happenedAt: lot.expiresAt,
  });
}
