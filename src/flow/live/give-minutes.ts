import type { Lot } from '../../core/ledger/lot.ts';
import { type GrantError, grantLot } from '../../core/live/lots.ts';
import type { LiveWorld } from './world.ts';

export type MinutesGiven =
  | { readonly kind: 'created' | 'exists'; readonly lot: Lot }
  | { readonly kind: 'account_unknown' | 'market_unknown' }
  | { readonly kind: 'refused'; readonly error: GrantError };

/** Gives free minutes, once for a lot id and once for an incident and account. */
export async function giveMinutes(
  world: LiveWorld,
  wish: Omit<Lot, 'remaining' | 'expiresAt' | 'validFrom'> & { readonly validFrom: number | null },
): Promise<MinutesGiven> {
  const { store, clock, calendar } = world;
  if ((await store.readAccount(wish.accountId)) === null) return { kind: 'account_unknown' };
  const market = await store.readMarket(wish.market);
  if (market === null) return { kind: 'market_unknown' };
  const now = clock.now();
  const expiresAt = calendar.endOfDay(wish.lastDay, market.timeZone);
  if (expiresAt === null) return { kind: 'refused', error: { kind: 'day_malformed', lastDay: wish.lastDay } };
  const grant = grantLot({ ...wish, validFrom: wish.validFrom ?? now, expiresAt }, now);
  if (!grant.ok) return { kind: 'refused', error: grant.error };
  return { kind: await store.grantLot(grant.value), lot: grant.value.lot };
}
