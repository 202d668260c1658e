import type { OutboxEvent } from '../fact/event.ts';
import { assert } from '../kernel/assert.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { parseDay } from '../kernel/rfc3339.ts';
import { DAY_MS, type Instant, toRfc3339 } from '../kernel/time.ts';
import type { Lot, LotUse } from '../ledger/lot.ts';
import { minutesOf, type Transfer, transfer } from '../ledger/transfer.ts';

/** As many as one grant may hold: nearly two years of driving. */
export const LOT_MINUTES_MAX = 1_000_000;

export type GrantError =
  | { readonly kind: 'minutes_out_of_bounds'; readonly minutes: number }
  | { readonly kind: 'day_malformed'; readonly lastDay: string }
  /** It would lapse before it could be used. */
  | { readonly kind: 'lapsed'; readonly expiresAt: Instant };

export interface Grant {
  readonly lot: Lot;
  readonly transfer: Transfer;
  readonly event: OutboxEvent;
}

/** A lot as it is to be given; `expiresAt` is the end of `lastDay` in the market's zone, which the caller looks up. */
export type LotTerms = Omit<Lot, 'remaining'>;

/** Gives minutes: the lot, whole, with its entry and its event. Unique by (incident, account) in the store. */
export function grantLot(terms: LotTerms, now: Instant): Result<Grant, GrantError> {
  const { accountId, lotId, market, minutes, lastDay, validFrom, expiresAt } = terms;
  if (!Number.isSafeInteger(minutes) || minutes < 1 || minutes > LOT_MINUTES_MAX) {
    return fail({ kind: 'minutes_out_of_bounds', minutes });
  }
  if (parseDay(lastDay) === null) return fail({ kind: 'day_malformed', lastDay });
  if (expiresAt <= validFrom || expiresAt <= now) return fail({ kind: 'lapsed', expiresAt });
  return ok({
    lot: { ...terms, remaining: minutes },
    transfer: transfer({
      accountId,
      kind: 'minutes_granted',
      sourceRef: lotId,
      debit: 'house_minutes_granted',
      credit: 'account_minutes',
      dimension: lotId,
      asset: minutesOf(market),
      amount: BigInt(minutes),
      corrects: null,
      happenedAt: now,
    }),
    event: { type: 'lot.granted', accountId, data: { lot_id: lotId, market, minutes }, happenedAt: now },
  });
}

/**
 * The last day of minutes that are valid for so many days after the day on which they were given, which is not counted:
 * given on 24 Nov 2014 for 90 days, they can be used on 22 Feb 2015 for the last time. Days from 1 to 36 525.
 */
export function lastDayAfter(grantedDay: string, days: number): string {
  const granted = parseDay(grantedDay);
  assert(granted !== null, `${grantedDay} is no day`);
  assert(Number.isInteger(days) && days >= 1 && days <= 36_525, `minutes valid for ${days} days`);
  return toRfc3339((granted + days) * DAY_MS).slice(0, grantedDay.length);
}

/** Of which rental and for whom minutes are drawn or given back. `priced` names the revision: `rnt_1:1`. */
export interface Drawer {
  readonly accountId: string;
  readonly market: string;
  readonly priced: string;
  readonly happenedAt: Instant;
}

export function drawEntries(uses: readonly LotUse[], drawer: Drawer): readonly Transfer[] {
  return uses.map((use) => moved(use, drawer, 'minutes_used'));
}

/**
 * Gives drawn minutes back to their lots, with the expiry that they had. Where that has passed, they lapse again by
 * the entry of the next round that expires lots.
 */
export function restoreEntries(uses: readonly LotUse[], drawer: Drawer): readonly Transfer[] {
  return uses.map((use) => moved(use, drawer, 'minutes_restored'));
}

function moved({ lotId, minutes }: LotUse, drawer: Drawer, kind: 'minutes_used' | 'minutes_restored'): Transfer {
  const { accountId, market, priced, happenedAt } = drawer;
  const isUse = kind === 'minutes_used';
  return transfer({
    accountId,
    kind,
    sourceRef: `${priced}:${lotId}`,
    debit: isUse ? 'account_minutes' : 'house_minutes_used',
    credit: isUse ? 'house_minutes_used' : 'account_minutes',
    dimension: lotId,
    asset: minutesOf(market),
    amount: BigInt(minutes),
    corrects: isUse ? null : `minutes_used:${priced}:${lotId}`,
    happenedAt,
  });
}

/** Lots as they stand once drawn minutes are back in them: what a corrected rental may draw on. */
export function lotsGivenBack(lots: readonly Lot[], uses: readonly LotUse[]): readonly Lot[] {
  const back = new Map(uses.map(({ lotId, minutes }) => [lotId, minutes]));
  return lots.map((lot) => {
    const remaining = lot.remaining + (back.get(lot.lotId) ?? 0);
    assert(remaining <= lot.minutes, `lot ${lot.lotId} would hold ${remaining} of ${lot.minutes} minutes`);
    return { ...lot, remaining };
  });
}
