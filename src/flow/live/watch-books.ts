import { sayUnsaid } from './announce.ts';
import type { LiveWorld } from './world.ts';

/**
 * Asks the database for every violated invariant, and says each aloud; answers how many there are. What waits for a
 * person and was not said, because whoever wrote it died, is said as well.
 */
export async function runOnce(world: LiveWorld): Promise<number> {
  await sayUnsaid(world);
  const { overdueMs } = world.settings.charge;
  const violated = await world.store.checkInvariants({ now: world.clock.now(), overdueMs });
  for (const what of violated) {
    const message = `${what}. Stop charging if it is about money, and compare books and provider.`;
    await world.bell.raise({ kind: 'books_unbalanced', message, subject: what.slice(0, 300), at: world.clock.now() });
  }
  return violated.length;
}
