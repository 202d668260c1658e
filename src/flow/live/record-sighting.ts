import { afterChange } from '../../core/live/charge/case.ts';
import { observe, type Sighting } from '../../core/live/charge/observe.ts';
import type { ChargeCase, ObligationKey } from '../../core/live/charge.ts';
import { announce } from './announce.ts';
import { insist } from './insist.ts';
import type { LiveWorld } from './world.ts';

/** Others write to one intent at the same time; so many of them in a row are not met. */
const TRIES_MAX = 20;

/** The case once it holds what was seen; null where there is no such obligation. Throws `StoreUnavailable`. */
export async function recordSighting(
  world: LiveWorld,
  key: ObligationKey,
  sighting: Sighting,
): Promise<ChargeCase | null> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const found = await insist(world, () => world.store.readCase(key));
    if (found === null) return null;
    const change = observe(found, sighting, { now: world.clock.now(), policy: world.settings.charge });
    if (change === null) return found;
    if ((await insist(world, () => world.store.apply(change))) === 'stale') continue;
    const after = afterChange(found, change);
    await announce(world, after, change);
    return after;
  }
  throw new Error(`${key.rentalId} changed ${TRIES_MAX} times while one sighting was written`);
}
