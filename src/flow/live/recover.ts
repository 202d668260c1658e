import type { Read } from './cursor.ts';
import * as readLedger from './read-ledger.ts';
import * as readListings from './read-listings.ts';
import { hearAgain } from './take-events.ts';
import * as watchBooks from './watch-books.ts';
import type { LiveWorld } from './world.ts';

/** What a start found. */
export interface Recovered {
  /** False where the provider did not answer, or there is more to read than the bound: reading goes on in its loop. */
  readonly isCurrent: boolean;
  readonly violated: number;
}

/** A month at a window of a day each, and then some. */
const WINDOWS_MAX = 100;

/**
 * What a start does before the loops, and a person before he resumes after a restore: reads the provider from where
 * this database left it to now, so that a restored one meets what it forgot and stops charging by itself; hears again
 * what waits for rentals that were said since; asks for violated invariants. Nothing else needs recovery: leases end by
 * themselves, and every step begins from rows.
 */
export async function recover(world: LiveWorld): Promise<Recovered> {
  const violated = await watchBooks.runOnce(world);
  const isRead = await readToNow(world);
  return { isCurrent: (await hearAgain(world)) && isRead, violated };
}

/** Reads listings and ledgers up to now; false where that did not succeed. */
export async function readToNow(world: LiveWorld): Promise<boolean> {
  for (let windows = 0; windows < WINDOWS_MAX; windows++) {
    const reads: readonly Read[] = [...(await readListings.runOnce(world)), ...(await readLedger.runOnce(world))];
    if (reads.some((read) => read.kind === 'unavailable')) return false;
    if (reads.every((read) => read.kind === 'read' && read.isCurrent)) return true;
  }
  return false;
}
