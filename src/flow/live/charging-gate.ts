import { cursorName } from './cursor.ts';
import type { LiveWorld } from './world.ts';

/** Whether a worker may claim. */
export type Gate = () => Promise<boolean>;

/**
 * Closed until this database is known to stand near the provider; once open it stays so. A database that was restored
 * finds out by reading the listings. While those cannot be had it does not know what it forgot, and would send again
 * what the provider took. One whose listings were read to less than the horizon ago may charge: whatever it forgot was
 * sent since, and the provider still knows that by its key. One that never read anything may itself be a restored one.
 */
export function openGate(world: LiveWorld): Gate {
  let isOpen = false;
  let isSaid = false;
  return async () => {
    isOpen ||= await isNear(world);
    if (!isOpen && !isSaid) world.log.warn('charging waits until the listings are read', {});
    isSaid = true;
    return isOpen;
  };
}

async function isNear({ store, settings, clock }: LiveWorld): Promise<boolean> {
  const since = clock.now() - settings.charge.horizonMs;
  for (const merchant of settings.merchants) {
    const readTo = await store.readCursor(cursorName('payments', merchant));
    if (readTo === null || readTo < since) return false;
  }
  return true;
}
