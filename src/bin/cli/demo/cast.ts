import type { Rental } from '../../../core/fact/rental.ts';
import { DAY_MS } from '../../../core/kernel/time.ts';
import { makeChance } from '../../../core/scenario/chance.ts';
import { incident } from '../../../core/scenario/incident/incident.ts';
import { dayOf } from '../../../core/scenario/local-time.ts';
import { writeHistory } from '../../../core/scenario/write-history.ts';

/** A customer of the demonstration, invented like all of it. */
export interface Customer {
  readonly accountId: string;
  readonly name: string;
  readonly mail: string;
  readonly locale: string;
  readonly market: string;
  /** Names what the card will do, in the words of the sandbox. */
  readonly methodRef: string;
}

export interface Cast {
  readonly customers: readonly Customer[];
  /** In the order in which they ended. */
  readonly rentals: readonly Rental[];
}

const ACCOUNTS = 700;
const FIRST_DAY = dayOf(2014, 11, 8);
const DAYS = 9;
const SEED = 20141116;

/** The first midnight of the story, in UTC. */
export const BEGIN = FIRST_DAY * DAY_MS;

/** Of a thousand customers: cards closed when they are refunded, or found closed by their bank days later. */
const CLOSED_AT_ONCE_PER_MILLE = 20;
const CLOSED_LATER_PER_MILLE = 10;

const FIRST_NAMES = ['Giulia', 'Marco', 'Francesca', 'Luca', 'Chiara', 'Matteo', 'Sara', 'Andrea', 'Anna', 'Jonas'];
const LAST_NAMES = ['Ferri', 'Rossi', 'Bianchi', 'Colombo', 'Romano', 'Greco', 'Conti', 'Weber', 'Martin', 'García'];
const LOCALES = ['it-IT', 'it-IT', 'it-IT', 'it-IT', 'it-IT', 'it-IT', 'de-DE', 'en-GB', 'es-ES', 'fr-FR'];

/** Seven hundred customers in Milan and Rome and what they drove from 8 to 16 November 2014. */
export function callCast(): Cast {
  const setting = {
    accounts: ACCOUNTS,
    markets: [
      { name: 'milano', weight: 3 },
      { name: 'roma', weight: 1 },
    ],
    firstDay: FIRST_DAY,
    days: DAYS,
    activity: 1,
    attributes: [],
    layers: 'rentals_and_payments' as const,
  };
  const quiet = incident({ select: () => [], strike: () => undefined });
  const { facts } = writeHistory({ setting, cause: 'none', incident: quiet, seed: SEED, strays: 0 });
  const rentals = facts.rentals
    .filter((one) => one.amountDue.amountMinor > 0n && one.accountId !== null)
    .toSorted((a, b) => a.endedAt - b.endedAt || (a.rentalId < b.rentalId ? -1 : 1));
  const markets = new Map(rentals.map((one) => [one.accountId ?? '', one.market ?? 'milano']));
  const chance = makeChance(SEED).fork('cast');
  const customers = [...markets].map(([accountId, market], index): Customer => {
    const [first, last] = [chance.pick(FIRST_NAMES), chance.pick(LAST_NAMES)];
    const address = `${first}.${last}`
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z.]/g, '');
    return {
      accountId,
      name: `${first} ${last}`,
      mail: `${address}.${index + 1}@example.com`,
      locale: chance.pick(LOCALES),
      market,
      methodRef: cardFor(index, markets.size, accountId),
    };
  });
  return { customers, rentals };
}

function cardFor(index: number, all: number, accountId: string): string {
  const perMille = (index / all) * 1000;
  if (perMille < CLOSED_AT_ONCE_PER_MILLE) return `pm_card_refundRefused__${accountId}`;
  if (perMille < CLOSED_AT_ONCE_PER_MILLE + CLOSED_LATER_PER_MILLE) return `pm_card_refundFails_3d__${accountId}`;
  return `pm_card_visa__${accountId}`;
}
