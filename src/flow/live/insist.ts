import { StoreUnavailable } from '../ports/store.ts';
import type { LiveWorld } from './world.ts';

type Insisting = Pick<LiveWorld, 'clock' | 'log'>;

/** Pauses before a write of evidence is tried again. Beyond these the next worker finds out by asking the provider. */
const PAUSES_MS = [100, 1000, 5000];

/**
 * Writes what was seen of money, again where the database does not answer. It may have been written the first time:
 * callers see that as `stale` and look again. Throws `StoreUnavailable` after the last pause.
 */
export async function insist<T>(world: Insisting, write: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      world.log.warn('the database did not answer; the same is written again', { pause_ms: pauseMs });
    }
    await world.clock.sleep(pauseMs);
  }
  return write();
}
