import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/time.ts';
import type { LiveSettings } from '../../flow/live/world.ts';

type Policy = Pick<LiveSettings, 'charge' | 'refund' | 'breaker' | 'reading' | 'inbox'>;

/** Pauses after the first, second and third decline, where `STORNO_DUNNING` does not say others. */
export const DUNNING_MS = [DAY_MS, 3 * DAY_MS, 7 * DAY_MS];

/**
 * How `storno worker` charges through Stripe: one place with all figures and their reasons.
 * Stripe keeps idempotency keys for at least 24 hours (docs.stripe.com/api/idempotent_requests).
 */
export function policyFor({ dunningMs }: { readonly dunningMs: readonly number[] }): Policy {
  return {
    charge: {
      // Half of what Stripe keeps keys for.
      horizonMs: 12 * HOUR_MS,
      // Stripe's own client waits 80 s for an answer; an hour lies far beyond any queue before it.
      requestLifeMs: HOUR_MS,
      // Listings of payment intents are complete at once; this leaves room for an outage of theirs.
      lookUpLagMs: 15 * MINUTE_MS,
      backoffMs: [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS],
      // Horizon, two look-ups and the listing take 13 hours; three days hold a weekend.
      parkAfterMs: 3 * DAY_MS,
      // SEPA debits are final after up to 14 days.
      pendingParkAfterMs: 21 * DAY_MS,
      methodWaitMs: 5 * MINUTE_MS,
      dunningMs,
      // Codes of cards that nobody may ask again (docs.stripe.com/declines/codes), and of amounts that Stripe never
      // takes: a ride of less than 50 cents.
      hardDeclines: [
        'lost_card',
        'stolen_card',
        'pickup_card',
        'restricted_card',
        'fraudulent',
        'invalid_account',
        'amount_too_small',
        'amount_too_large',
      ],
      attemptsMax: 20,
      // A million rentals said at once take hours at a provider's rate; a day is none of them.
      overdueMs: DAY_MS,
    },
    refund: {
      // As for charges: the keys are the same provider's.
      horizonMs: 12 * HOUR_MS,
      requestLifeMs: HOUR_MS,
      lookUpLagMs: 15 * MINUTE_MS,
      backoffMs: [2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS],
      unreadableMs: 5 * SECOND_MS,
      quarantineAfterMs: 3 * DAY_MS,
      // A refund waits for our balance, or for the customer's bank.
      pendingQuarantineAfterMs: 30 * DAY_MS,
      balanceWaitMs: HOUR_MS,
      watchForMs: 45 * DAY_MS,
      // Events tell of most; who missed one learns of it within a week.
      watchPausesMs: [DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 7 * DAY_MS],
      generationsMax: 20,
    },
    // One is an accident that a person looks at; three within an hour are a defect that goes on.
    breaker: { doubleChargesMax: 3, withinMs: HOUR_MS },
    reading: {
      firstMs: DAY_MS,
      windowMs: 6 * HOUR_MS,
      // The provider counts in seconds and its clock is not ours.
      overlapMs: 5 * MINUTE_MS,
    },
    // An event may come before the answer that it belongs to; Stripe itself repeats for three days.
    inbox: { retryMs: MINUTE_MS, giveUpAfterMs: 3 * DAY_MS, undecidedMs: HOUR_MS },
  };
}
