import { lookAgain as lookAgainAt } from '../../core/live/charge/take-step.ts';
import type { ObligationKey } from '../../core/live/charge.ts';
import type { LiveWorld } from './world.ts';

export type LookedAgain = { readonly kind: 'applied' | 'stale' | 'unknown' | 'not_parked' };

/** A person wants a parked intent looked at once more. */
export async function lookAgain(world: LiveWorld, key: ObligationKey): Promise<LookedAgain> {
  const found = await world.store.readCase(key);
  if (found === null) return { kind: 'unknown' };
  if (found.intent.state !== 'parked') return { kind: 'not_parked' };
  const change = lookAgainAt(found, { now: world.clock.now(), policy: world.settings.charge });
  return { kind: await world.store.apply(change) };
}
