import type { Rental } from '../../../core/fact/rental.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../../core/kernel/time.ts';
import { dayOf } from '../../../core/scenario/local-time.ts';
import type { Cast } from './cast.ts';
import { type House, MERCHANT } from './house.ts';

/** Central European winter time: an hour before UTC. */
const atRome = (day: number, hour: number): Instant => dayOf(2014, 11, day) * DAY_MS + (hour - 1) * HOUR_MS;

/** The drives that were charged again, by when they ended, and the Sunday afternoon on which that happened. */
export const SERVICE = { from: atRome(10, 0), to: atRome(14, 0) };
export const RERUN_AT = atRome(16, 16);

/** How many charges the old job makes between two looks at its clock, and how long they take it. */
const CHARGES_AT_ONCE = 10;
const PACE_MS = MINUTE_MS;

/**
 * The planted fault. Before there were intents, a job billed a period: whatever drives it finds in it, under keys that
 * it makes anew in every run. On Sunday somebody starts it for a period that is long charged. Nothing of Storno is in
 * its way: it goes to the provider itself. Answers how many it charged.
 */
export async function billPeriodAgain({ provider, clock }: House, { customers, rentals }: Cast): Promise<number> {
  const cards = new Map(customers.map((one) => [one.accountId, one.methodRef]));
  const period = rentals.filter(({ endedAt }) => endedAt >= SERVICE.from && endedAt < SERVICE.to);
  for (let at = 0; at < period.length; at += CHARGES_AT_ONCE) {
    const some = period.slice(at, at + CHARGES_AT_ONCE);
    await Promise.all(
      some.map((rental) => provider.charge(chargeOf(rental, cards.get(rental.accountId ?? '') ?? '', clock.now()))),
    );
    clock.goTo(clock.now() + PACE_MS);
  }
  return period.length;
}

function chargeOf({ rentalId, accountId, amountDue }: Rental, methodRef: string, now: Instant) {
  return {
    idempotencyKey: `billing-run:2014-11-16:${rentalId}`,
    amount: amountDue,
    paymentMethod: { ...MERCHANT, customerRef: `cus_${accountId}`, methodRef },
    metadata: { account_id: accountId ?? '', rental_id: rentalId, purpose: 'rental', occurrence: '1' },
    statementText: 'STORNO DEMO',
    horizonAt: now + HOUR_MS,
  };
}
