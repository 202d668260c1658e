import { lookAgain, writeOffParked } from '../../core/live/charge/take-step.ts';
import type { ObligationKey } from '../../core/live/charge.ts';
import type { LiveWorld } from './world.ts';

/** What a person decides about a parked intent. */
export type ParkedVerdict = 'look_again' | 'write_off';

export type ParkedSettled = { readonly kind: 'applied' | 'stale' | 'unknown' | 'not_parked' | 'paid' };

/** `paid` where it is to be written off although a capture pays it: look again adopts that. */
export async function settleParked(
  world: LiveWorld,
  key: ObligationKey,
  verdict: ParkedVerdict,
): Promise<ParkedSettled> {
  const found = await world.store.readCase(key);
  if (found === null) return { kind: 'unknown' };
  if (found.intent.state !== 'parked') return { kind: 'not_parked' };
  if (verdict === 'write_off' && found.captures.some((capture) => !capture.isSurplus)) return { kind: 'paid' };
  const moment = { now: world.clock.now(), policy: world.settings.charge };
  const change = verdict === 'look_again' ? lookAgain(found, moment) : writeOffParked(found, moment);
  return { kind: await world.store.apply(change) };
}
