import type { Rental } from '../../../core/fact/rental.ts';
import { assert } from '../../../core/kernel/assert.ts';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../../core/kernel/time.ts';
import type { EndedRental } from '../../../core/live/ended-rental.ts';
import { drain } from '../../../flow/drain.ts';
import { openGate } from '../../../flow/live/charging-gate.ts';
import { endRentals } from '../../../flow/live/end-rentals.ts';
import type { People } from '../../../flow/ports/people.ts';
import type { Cast } from './cast.ts';
import { type House, MERCHANT } from './house.ts';

const ZONE = 'Europe/Rome';
const VAT_BASIS_POINTS = 2200;
/** The operator charges what ended, every three hours. */
const EVERY_MS = 3 * HOUR_MS;
const LEASE_MS = MINUTE_MS;
const BATCH = 200;
const ROUNDS_MAX = 1000;

/** Makes markets and customers known, with their cards and how they are reached. */
export async function enrol({ api, clock }: House, people: People, { customers }: Cast): Promise<void> {
  await api.store.setControl({ charging: 'running', reason: 'the story begins', by: 'anna', at: clock.now() });
  for (const market of new Set(customers.map((one) => one.market))) {
    await api.store.putMarket({ market, timeZone: ZONE, currency: 'EUR', vatBasisPoints: VAT_BASIS_POINTS });
  }
  for (const { accountId, market, locale, methodRef, name, mail } of customers) {
    const paymentMethod = { ...MERCHANT, customerRef: `cus_${accountId}`, methodRef };
    await api.store.putAccount({ accountId, homeMarket: market, locale, paymentMethod }, clock.now());
    await people.putPerson({ accountId, name, mail }, clock.now());
  }
}

/** Drives and charges until the instant, at the dates at which it happened. */
export async function driveUntil(house: House, rentals: readonly Rental[], end: Instant): Promise<void> {
  const mayCharge = openGate(house.worker);
  let next = 0;
  while (house.clock.now() < end) {
    house.clock.goTo(Math.min(end, house.clock.now() + EVERY_MS));
    const first = next;
    while (next < rentals.length && (rentals[next]?.endedAt ?? 0) < house.clock.now()) next += 1;
    await say(house, rentals.slice(first, next));
    await workOff(house, mayCharge);
  }
}

async function say({ api }: House, rentals: readonly Rental[]): Promise<void> {
  for (let at = 0; at < rentals.length; at += BATCH) {
    const ended = await endRentals(api, rentals.slice(at, at + BATCH).map(endedOf));
    const refused = ended.find((one) => one.kind !== 'created');
    assert(refused === undefined, `a rental of the demonstration was not taken: ${refused?.kind}`);
  }
}

function endedOf(rental: Rental): EndedRental {
  assert(rental.accountId !== null && rental.market !== null && rental.startedAt !== null, 'a drive is whole');
  return {
    rentalId: rental.rentalId,
    accountId: rental.accountId,
    vehicleId: rental.vehicleId,
    market: rental.market,
    startedAt: rental.startedAt,
    endedAt: rental.endedAt,
    distanceMeters: null,
    pricing: { kind: 'stated', amountDue: rental.amountDue },
  };
}

/** Everything that is due at this moment: charging, hearing, the provider's ledger. */
export async function workOff(house: House, mayCharge = openGate(house.worker)): Promise<void> {
  house.clock.goTo(house.clock.now() + SECOND_MS);
  await drain(house.worker, {
    worker: 'demo',
    limit: BATCH,
    leaseMs: LEASE_MS,
    roundsMax: ROUNDS_MAX,
    mayCharge,
  });
}
