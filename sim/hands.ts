import { DAY_MS } from '../src/core/kernel/time.ts';
import type { EndedRental } from '../src/core/live/ended-rental.ts';
import { endRentals } from '../src/flow/live/end-rentals.ts';
import { giveMinutes } from '../src/flow/live/give-minutes.ts';
import { correctRental, type TakenBack, voidRental } from '../src/flow/live/take-back.ts';
import type { LiveWorld } from '../src/flow/live/world.ts';
import { type AccountStory, MARKETS } from './oracle.ts';
import type { Rows } from './store/rows.ts';

/** What the upstream system asks of the product's flows, each answered by one word. `later`: say it again. */
export async function end(live: LiveWorld, rental: EndedRental): Promise<string> {
  const [ended] = await endRentals(live, [rental]);
  return ended?.kind ?? 'nothing';
}

export type TakenBackSaid = 'done' | 'later' | Exclude<TakenBack['kind'], 'done' | 'exists'>;

export async function takeBack(live: LiveWorld, rentalId: string): Promise<TakenBackSaid> {
  return said(await voidRental(live, { rentalId, reason: 'never driven' }));
}

export async function correct(live: LiveWorld, rows: () => Rows, rental: EndedRental): Promise<TakenBackSaid> {
  const readLots = async (accountId: string, market: string) =>
    [...rows().lots.values()].filter((lot) => lot.accountId === accountId && lot.market === market);
  return said(await correctRental(live, { rentalId: rental.rentalId, rental, reason: 'other minutes', readLots }));
}

/** What is under way, waits for a person, or is not known yet may be taken back later. */
function said({ kind }: TakenBack): TakenBackSaid {
  switch (kind) {
    case 'exists':
      return 'done';
    case 'in_flight':
    case 'parked':
    case 'contended':
    case 'rental_unknown':
      return 'later';
    default:
      return kind;
  }
}

export async function grant(
  live: LiveWorld,
  wish: {
    readonly account: AccountStory;
    readonly name: 'home' | 'away';
    readonly minutes: number;
    readonly validFrom: number;
    readonly lastsMs: number;
  },
): Promise<string> {
  const { account, name, minutes, validFrom } = wish;
  const away = MARKETS.find(({ market }) => market !== account.market)?.market ?? account.market;
  const market = name === 'home' ? account.market : away;
  const zone = MARKETS.find((one) => one.market === market)?.timeZone ?? 'UTC';
  const lastDay = live.calendar.localDay(validFrom + DAY_MS + wish.lastsMs, zone) ?? '';
  const given = await giveMinutes(live, {
    accountId: account.accountId,
    lotId: `${name}-${account.accountId}`,
    market,
    minutes,
    validFrom,
    lastDay,
    source: 'goodwill',
    incidentId: name === 'home' ? `incident-${account.index % 3}` : null,
  });
  return given.kind;
}
