import { lookAgain as askAgain, writeOffParked } from '../../core/live/charge/take-step.ts';
import type { ChargeCase, ChargeChange, ObligationKey } from '../../core/live/charge.ts';
import { readToNow } from './recover.ts';
import type { LiveWorld } from './world.ts';

/** What became of a person's decision about a parked intent. */
export type Settled = { readonly kind: 'applied' | 'stale' | 'unknown' | 'not_parked' | 'paid' };

/**
 * What may be under way is asked for once more, what is not is due again. The listings are read first: often it was
 * their silence that left it open.
 */
export async function lookAgain(world: LiveWorld, key: ObligationKey): Promise<Settled> {
  await readToNow(world);
  return settle(world, key, (found) => askAgain(found, { now: world.clock.now(), policy: world.settings.charge }));
}

/** Nobody asks for it any more. `paid` where a capture pays it: looking again adopts that. */
export function writeOff(world: LiveWorld, key: ObligationKey): Promise<Settled> {
  return settle(world, key, (found) => {
    if (found.captures.some((capture) => !capture.isSurplus)) return 'paid';
    return writeOffParked(found, { now: world.clock.now(), policy: world.settings.charge });
  });
}

async function settle(
  world: LiveWorld,
  key: ObligationKey,
  decide: (found: ChargeCase) => ChargeChange | 'paid',
): Promise<Settled> {
  const found = await world.store.readCase(key);
  if (found === null) return { kind: 'unknown' };
  if (found.intent.state !== 'parked') return { kind: 'not_parked' };
  const decided = decide(found);
  return { kind: decided === 'paid' ? decided : await world.store.apply(decided) };
}
