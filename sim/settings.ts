import { policyFor } from '../src/bin/cli/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import type { LiveSettings } from '../src/flow/live/world.ts';
import { MARKETS } from './oracle.ts';
import type { Swarm } from './swarm.ts';

/** A merchant account a market: ids that are equal in two of them must not be mixed up. */
export function merchantOf(market: string): string {
  return `acct_${market}`;
}

export const MERCHANTS = MARKETS.map(({ market }) => ({ provider: 'stripe', merchantAccount: merchantOf(market) }));

/** How long a worker's claim holds. */
export const LEASE_MS = 10 * MINUTE_MS;

/** What an operator would configure for the provider that the seed drew. */
export function settingsFor(swarm: Swarm): LiveSettings {
  const horizonMs = areKeysALock(swarm) ? Math.min(swarm.keyTtlMs / 2, 12 * HOUR_MS) : 20 * SECOND_MS;
  return {
    refund: policyFor({ dunningMs: [] }).refund,
    charge: {
      horizonMs,
      requestLifeMs: Math.min(swarm.keyTtlMs - horizonMs, 12 * HOUR_MS),
      lookUpLagMs: Math.max(swarm.lookUpLagMs, MINUTE_MS),
      backoffMs: [30 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS],
      parkAfterMs: 5 * DAY_MS,
      pendingParkAfterMs: 10 * DAY_MS,
      methodWaitMs: 6 * HOUR_MS,
      dunningMs: swarm.dunningMs,
      hardDeclines: ['lost_card', 'stolen_card'],
      attemptsMax: 20,
      // Longer than all workers of a seed are ever away.
      overdueMs: 7 * DAY_MS,
    },
    breaker: { doubleChargesMax: 5, withinMs: HOUR_MS },
    // Back beyond everything: a database restored from before its first reading has no cursor.
    reading: { firstMs: 60 * DAY_MS, windowMs: 60 * DAY_MS, overlapMs: 5 * MINUTE_MS },
    // Longer than upstream may take to say again what a restored database forgot.
    inbox: { retryMs: 8 * HOUR_MS, giveUpAfterMs: 12 * DAY_MS, undecidedMs: 8 * HOUR_MS },
    statementText: 'STORNO RIDE',
    merchants: MERCHANTS,
    provider: 'stripe',
    callsMax: 4,
  };
}

/**
 * Whether a resend under the same key is safe with this provider. Where it ignores keys, or carries out again what it
 * answered with an error, the operator sets the horizon below the first pause: then nothing is ever sent twice, and an
 * unknown outcome is looked up.
 */
export function areKeysALock({ faults }: Swarm): boolean {
  return !faults.has('provider_keys_ignored') && !faults.has('provider_errors_not_kept');
}
