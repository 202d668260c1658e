import type { LiveWorld } from './world.ts';

/** Asks the database for every violated invariant, and says each aloud; answers how many there are. */
export async function runOnce(world: LiveWorld): Promise<number> {
  const violated = await world.store.checkInvariants();
  for (const what of violated) {
    const message = `${what}. Stop charging if it is about money, and compare books and provider.`;
    await world.bell.raise({ kind: 'books_unbalanced', message, subject: what.slice(0, 300), at: world.clock.now() });
  }
  return violated.length;
}
