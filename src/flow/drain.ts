import * as chargeDue from './live/charge-due.ts';
import type { Gate } from './live/charging-gate.ts';
import type { Read } from './live/cursor.ts';
import * as expireLots from './live/expire-lots.ts';
import * as readLedger from './live/read-ledger.ts';
import * as readListings from './live/read-listings.ts';
import * as takeEvents from './live/take-events.ts';
import type { LiveWorld } from './live/world.ts';

export interface Rounds {
  readonly worker: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Rounds after which it stops although there is still work. */
  readonly roundsMax: number;
  readonly mayCharge: Gate;
}

/**
 * Runs every loop by turns until none has work at this instant. Time does not pass here: what waits for a later instant
 * still waits. Answers whether it became quiet within the bound.
 */
export async function drain(world: LiveWorld, rounds: Rounds): Promise<boolean> {
  for (let round = 0; round < rounds.roundsMax; round++) if ((await roundOf(world, rounds)) === 0) return true;
  return false;
}

async function roundOf(world: LiveWorld, { worker, limit, leaseMs, mayCharge }: Rounds): Promise<number> {
  const round = { worker, limit, leaseMs };
  const claimed = (await mayCharge()) ? (await chargeDue.runOnce(world, round)).claimed : 0;
  const asked = (await chargeDue.askOnce(world, round)).claimed;
  const events = await takeEvents.runOnce(world, { limit, leaseMs });
  const listings = await readListings.runOnce(world);
  const ledgers = await readLedger.runOnce(world);
  const lapsed = await expireLots.runOnce(world, { limit });
  return claimed + asked + events + lapsed + behind(listings) + behind(ledgers);
}

function behind(reads: readonly Read[]): number {
  return reads.filter((read) => read.kind === 'read' && !read.isCurrent).length;
}
