import type { Chance } from './chance.ts';
import type { DayNumber } from './local-time.ts';

/** The operator whose history is made up, and which of it is written down. */
export interface Setting {
  readonly accounts: number;
  readonly markets: readonly Market[];
  /** First day of rentals on the calendar in Rome, and how many days. */
  readonly firstDay: DayNumber;
  readonly days: number;
  /** Multiplies everyone's habits; 1 is about 1.6 drives a week. */
  readonly activity: number;
  /** The attribute columns that the exports hold; all others are left out. */
  readonly attributes: readonly string[];
  /** Which layers are exported. */
  readonly layers: 'all' | 'rentals_and_payments';
}

export interface Market {
  readonly name: string;
  /** Its part of all accounts; the parts need not sum to 1. */
  readonly weight: number;
}

export const ITALY: readonly Market[] = [
  { name: 'Milano', weight: 5 },
  { name: 'Roma', weight: 4 },
  { name: 'Firenze', weight: 1 },
  { name: 'Torino', weight: 2 },
];

export interface Account {
  readonly accountId: string;
  readonly market: string;
  readonly business: boolean;
  readonly drivesPerWeek: number;
  /** The instrument that is charged, and a second one: `visa-4242`. */
  readonly card: string;
  readonly otherCard: string;
  readonly provider: 'stripe' | 'paypal';
  readonly device: string;
  readonly appVersion: string;
}

/** Drives a week by quantile: most people drive seldom, a few every day. */
const HABITS: readonly number[] = [0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 1.9, 2.4, 3.2, 6];
const CARD_BRANDS = ['visa', 'mastercard', 'amex', 'postepay'] as const;
const APP_VERSIONS = ['5.1.4', '5.2.0', '5.2.1'] as const;

/** Everyone who drives. Ids count from 1; habits, city, cards and phone differ. */
export function enrol(setting: Setting, chance: Chance): readonly Account[] {
  return Array.from({ length: setting.accounts }, (_, index) => enrolOne(index + 1, setting, chance));
}

function enrolOne(number: number, setting: Setting, chance: Chance): Account {
  const business = chance.happens(0.04);
  return {
    accountId: `acc_${String(number).padStart(6, '0')}`,
    market: weighted(setting.markets, chance).name,
    business,
    drivesPerWeek: chance.fromQuantiles(HABITS) * (business ? 2 : 1) * setting.activity,
    card: drawCard(chance),
    otherCard: drawCard(chance),
    provider: chance.happens(0.88) ? 'stripe' : 'paypal',
    device: `${chance.pick(['ios', 'android'])}-${chance.hex(8)}`,
    appVersion: chance.pick(APP_VERSIONS),
  };
}

function drawCard(chance: Chance): string {
  return `${chance.pick(CARD_BRANDS)}-${String(chance.integer(0, 9999)).padStart(4, '0')}`;
}

function weighted(markets: readonly Market[], chance: Chance): Market {
  let left = chance.next() * markets.reduce((sum, market) => sum + market.weight, 0);
  for (const market of markets) {
    left -= market.weight;
    if (left < 0) return market;
  }
  return chance.pick(markets);
}
