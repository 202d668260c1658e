import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import * as charge from '../src/flow/live/charge-due.ts';
import * as expireLots from '../src/flow/live/expire-lots.ts';
import * as readLedger from '../src/flow/live/read-ledger.ts';
import * as readListings from '../src/flow/live/read-listings.ts';
import { recover } from '../src/flow/live/recover.ts';
import * as takeEvents from '../src/flow/live/take-events.ts';
import * as watchBooks from '../src/flow/live/watch-books.ts';
import type { LiveWorld } from '../src/flow/live/world.ts';
import { StoreUnavailable } from '../src/flow/ports/store.ts';
import type { Process } from './process.ts';
import { LEASE_MS } from './settings.ts';
import type { Knock } from './webhooks.ts';
import type { World } from './world.ts';

/** Most events that a round of the inbox takes. */
const EVENTS_MAX = 20;
const LOTS_MAX = 50;

/** A process of the product does all loops and begins with a recovery. Here each does one, and the reader recovers. */
const RECOVERING: ReadonlySet<string> = new Set(['reader']);

/** How long a loop waits when the database did not answer. */
const AWAY_MS = 30 * SECOND_MS;

/** Starts the operator's processes. Each has one loop, so that each can die alone. */
export function startProcesses(world: World): void {
  const { site, swarm, wake } = world;
  const cadence = world.chance('cadence');
  const listingMs = cadence.pick([2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS]);
  for (let index = 1; index <= swarm.callers; index += 1) site.spawn(`api${index}`, async () => {});
  for (let index = 1; index <= swarm.workers; index += 1) {
    site.spawn(`worker${index}`, (process) =>
      loop(world, process, async (live, idle) => {
        const limit = swarm.chargeBatch;
        const round = { worker: process.name, limit, leaseMs: LEASE_MS };
        const { claimed } = await charge.runOnce(live, round);
        const asked = claimed === 0 ? (await charge.askOnce(live, round)).claimed : 0;
        if (claimed + asked === 0) await idle(() => wake.charges.idle(process));
      }),
    );
  }
  site.spawn('inbox', (process) =>
    loop(world, process, async (live, idle) => {
      const taken = await takeEvents.runOnce(live, { limit: EVENTS_MAX, leaseMs: LEASE_MS });
      if (taken === 0) await idle(() => wake.inbox.idle(process));
    }),
  );
  site.spawn('reader', (process) =>
    loop(world, process, async (live, idle) => {
      const reads = [...(await readListings.runOnce(live)), ...(await readLedger.runOnce(live))];
      const isCurrent = reads.every((read) => read.kind === 'read' && read.isCurrent);
      await idle(() => live.clock.sleep(isCurrent ? listingMs : listingMs / 2));
    }),
  );
  site.spawn('keeper', (process) =>
    loop(world, process, async (live, idle) => {
      await expireLots.runOnce(live, { limit: LOTS_MAX });
      const violated = await watchBooks.runOnce(live);
      if (violated > 0) world.violations.push('the watch over the books found a violated invariant');
      await idle(() => live.clock.sleep(12 * HOUR_MS));
    }),
  );
}

/** `run` around `runOnce`, as every process of the product has it: what the database withholds is tried again later. */
async function loop(
  world: World,
  process: Process,
  round: (live: LiveWorld, idle: (sleep: () => Promise<void>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const live = world.live(process);
  const awayMs = RECOVERING.has(process.name) ? HOUR_MS : AWAY_MS;
  if (RECOVERING.has(process.name)) {
    await untilAnswered(live, awayMs, async () => {
      await recover(live);
    });
  }
  for (;;) await untilAnswered(live, awayMs, () => round(live, (sleep) => sleep()));
}

async function untilAnswered(live: LiveWorld, awayMs: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    await live.clock.sleep(awayMs);
  }
}

/** A request to our webhook address, taken by a process of the API that is up. Acknowledged only once it is stored. */
export async function takeKnock(world: World, knock: Knock, isGenuine: boolean): Promise<boolean> {
  const up = world.site.processes().filter((process) => process.name.startsWith('api') && process.up);
  if (up.length === 0) return false;
  const process = world.chance(`knock ${world.scheduler.now()}`).pick(up);
  const live = world.liveOf(process);
  const body = new TextEncoder().encode(knock.body);
  const now = live.clock.now();
  const verified = world.webhook.verify({ body, signature: knock.signature, now });
  if (!verified.ok) {
    world.marks.hit(`mark:webhook.${verified.error.kind}`);
    if (verified.error.kind === 'of_no_concern') return true;
    if (isGenuine) world.violations.push(`a genuine event was refused: ${verified.error.kind}`);
    return false;
  }
  const { eventId } = verified.value;
  // The one who calls waits so long, then it was not acknowledged, whatever became of it.
  return new Promise<boolean>((resolve) => {
    world.scheduler.after(MINUTE_MS, () => resolve(false));
    live.store.receiveEvent(verified.value, knock.body, now).then(
      () => {
        world.acknowledged.add(eventId);
        resolve(true);
      },
      () => resolve(false),
    );
  });
}
