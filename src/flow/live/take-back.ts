import type { Lot } from '../../core/ledger/lot.ts';
import { differingField } from '../../core/live/compare.ts';
import type { EndedRental, RentalRecord } from '../../core/live/ended-rental.ts';
import { lotsGivenBack } from '../../core/live/lots.ts';
import type { PricedRental } from '../../core/live/post-rental.ts';
import { postVoid, type VoidAnswer } from '../../core/live/post-void.ts';
import { type PricingFailure, placesOf, priceWith } from './end-rentals.ts';
import type { LiveWorld } from './world.ts';

/** What became of a wish to take back or to correct a rental. */
export type TakenBack =
  /** `done` also where it was so before: saying it again changes nothing. */
  | { readonly kind: 'done' | 'exists'; readonly record: RentalRecord }
  | { readonly kind: 'rental_unknown' }
  | PricingFailure
  | Exclude<VoidAnswer, { readonly kind: 'voiding' }>
  /** It changed each time while it was decided. */
  | { readonly kind: 'contended' };

/** A worker, or minutes drawn, may write at the same moment; so many in a row are not met. */
const TRIES_MAX = 10;

/** Takes a rental back: what is not taken yet is not owed, minutes return, the books get the reversal. */
export async function voidRental(
  world: LiveWorld,
  wish: { readonly rentalId: string; readonly reason: string },
): Promise<TakenBack> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const record = await world.store.readRental(wish.rentalId);
    if (record === null) return { kind: 'rental_unknown' };
    if (record.voidedAt !== null) return { kind: 'exists', record };
    const done = await write(world, { record, reason: wish.reason, next: null });
    if (done !== null) return done;
  }
  return { kind: 'contended' };
}

/**
 * Says what a rental should have been: takes back its revision and writes the next. `readLots` answers all lots of the
 * account in the market, used up ones too, since what the old revision drew is given back first.
 */
export async function correctRental(
  world: LiveWorld,
  wish: {
    readonly rentalId: string;
    readonly rental: EndedRental;
    readonly reason: string;
    readLots(accountId: string, market: string): Promise<readonly Lot[]>;
  },
): Promise<TakenBack> {
  const { rental, reason } = wish;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const record = await world.store.readRental(wish.rentalId);
    if (record === null) return { kind: 'rental_unknown' };
    if (record.voidedAt !== null) return { kind: 'already_void' };
    if (differingField(record.rental, rental) === null) return { kind: 'exists', record };
    const lots = await wish.readLots(rental.accountId, rental.market);
    const priced = await priceWith(placesOf(world), rental, lotsGivenBack(lots, record.price.lotUses));
    if (!priced.ok) return priced.error;
    const done = await write(world, { record, reason, next: priced.value });
    if (done !== null) return done;
  }
  return { kind: 'contended' };
}

/** Null where something changed meanwhile. */
async function write(
  world: LiveWorld,
  wish: { readonly record: RentalRecord; readonly reason: string; readonly next: PricedRental | null },
): Promise<TakenBack | null> {
  const { record } = wish;
  const { rentalId } = record.rental;
  const intents = await world.store.readIntents(rentalId);
  // Two reads are two instants: intents of another revision than the one in hand would be held against its price.
  const still = await world.store.readRental(rentalId);
  if (still?.revision !== record.revision || still.voidedAt !== record.voidedAt) return null;
  const posting = { now: world.clock.now(), provider: world.settings.provider };
  const answer = postVoid({ ...wish, intents }, posting);
  if (answer.kind !== 'voiding') return answer;
  const { voiding } = answer;
  if ((await world.store.voidRental(voiding)) === 'stale') return null;
  return { kind: 'done', record: voiding.next?.record ?? { ...record, voidedAt: voiding.voidedAt } };
}
