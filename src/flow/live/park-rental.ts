import { afterChange, isFinal } from '../../core/live/charge/case.ts';
import { reasonOfStray } from '../../core/live/charge/next-step.ts';
import type { Naming } from '../../core/live/charge/reference.ts';
import { park } from '../../core/live/charge/take-step.ts';
import type { ObligationKey } from '../../core/live/charge.ts';
import type { ProviderPayment } from '../ports/provider.ts';
import { announce } from './announce.ts';
import type { LiveWorld } from './world.ts';

/**
 * The provider took money for an occurrence of a rental that this database does not know: it was restored, and was told
 * of the rental in its corrected form. Nothing more is sent for it before a person has looked.
 */
export async function parkRental(world: LiveWorld, { key }: Naming, payment: ProviderPayment): Promise<void> {
  const reason = reasonOfStray(payment, key.occurrence);
  for (const intent of await world.store.readIntents(key.rentalId)) {
    const { accountId, purpose } = intent.key;
    if (accountId === key.accountId && purpose === key.purpose) await parkIntent(world, intent.key, reason);
  }
}

/** A worker may write at the same moment; so many in a row are not met. */
const TRIES_MAX = 20;

async function parkIntent(world: LiveWorld, key: ObligationKey, reason: string): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const found = await world.store.readCase(key);
    if (found === null || isFinal(found.intent.state) || found.intent.state === 'parked') return;
    const change = park(found, reason, { now: world.clock.now(), policy: world.settings.charge });
    if ((await world.store.apply(change)) === 'stale') continue;
    return announce(world, afterChange(found, change), change);
  }
  throw new Error(`${key.rentalId} changed ${TRIES_MAX} times while it was parked`);
}
