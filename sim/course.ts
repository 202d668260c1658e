import { HOUR_MS } from '../src/core/kernel/time.ts';
import { HEAR_AGAIN } from '../src/flow/live/hear.ts';
import { lookAgain } from '../src/flow/live/look-again.ts';
import { recover } from '../src/flow/live/recover.ts';
import { resumeCharging, stopCharging } from '../src/flow/live/stop-charging.ts';
import type { LiveWorld } from '../src/flow/live/world.ts';
import { StoreUnavailable } from '../src/flow/ports/store.ts';
import type { Rows } from './store/rows.ts';
import { planWeather } from './weather.ts';
import type { World } from './world.ts';

/** How long the operator takes until he looks at a stop or at what waits for him. */
const OPERATOR_MS = 4 * HOUR_MS;

/** Plans what comes over a run besides what is said: weather, restores, and an operator who looks in. */
export function prepare(world: World): void {
  const { scheduler, swarm, marks, trace, database, network, site, client, memory } = world;
  let backup: { readonly rows: Rows; readonly at: number } | null = null;
  let maySettle = true;

  const operator = site.spawn('operator', async (process) => {
    const live = world.live(process);
    for (;;) {
      await unlessAway(async () => {
        if (maySettle) await settle(world, live);
      });
      await live.clock.sleep(OPERATOR_MS);
    }
  });

  planWeather({
    scheduler,
    swarm,
    chance: world.chance('weather'),
    trace,
    marks,
    database,
    network,
    site,
    calm: world.isCalm,
    stopCharging(forMs) {
      if (!operator.up) return;
      maySettle = false;
      scheduler.after(forMs, () => {
        maySettle = true;
      });
      const live = world.liveOf(operator);
      unlessAway(() => stopCharging(live, { reason: 'a drill', by: 'operator' })).catch(world.onBug);
    },
    backUp() {
      backup = { rows: memory.snapshot(), at: scheduler.now() };
    },
    restore() {
      if (backup === null) return;
      const { rows, at } = backup;
      for (const process of site.processes()) if (process.up) process.die('before', 'restore');
      memory.restore(rows);
      world.monitor.reset(rows);
      world.acknowledged.clear();
      if (world.saboteur?.plant.withoutFence !== true) {
        // The runbook: nothing is charged until upstream has said again what we forgot and the provider was read.
        memory
          .setControl({ charging: 'stopped', reason: 'restored from backup', by: 'operator', at: scheduler.now() })
          .catch(world.onBug);
      }
      client.repeatSince(at);
    },
  });
}

/** What a person does who looks in: resumes what stopped by itself, has what is parked looked at once more. */
async function settle(world: World, live: LiveWorld): Promise<void> {
  const control = await live.store.readControl();
  if (control.charging === 'stopped' && world.client.open('rental') === 0 && (await recover(live)).isCurrent) {
    await resumeCharging(live, { reason: 'looked at', by: 'operator' });
    world.marks.hit('mark:operator.resumed');
  }
  for (const { intent } of world.memory.rows().intents.values()) {
    if (intent.state !== 'parked') continue;
    const { kind } = await lookAgain(live, intent.key);
    world.marks.hit(`mark:operator.look_again.${kind}`);
  }
}

async function unlessAway(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

/** Faults are over: everybody is up, clocks are right, the database and the provider answer. */
export function heal(world: World): void {
  const { scheduler, database, network, bank, site, trace } = world;
  trace.line(scheduler.now(), 'world', 'heals');
  world.calmDown();
  database.downUntil = 0;
  database.fullUntil = 0;
  network.downUntil = 0;
  bank.heal();
  site.heal();
}

/** What has not come to its end. */
export function unfinished(world: World): readonly string[] {
  const rows = world.memory.rows();
  const now = world.scheduler.now();
  const open: string[] = [];
  const errands = world.client.open('');
  if (errands > 0) open.push(`${errands} errands are not acknowledged`);
  if (rows.control.get('')?.charging === 'stopped') open.push('charging is stopped');
  for (const { intent } of rows.intents.values()) {
    if (intent.state === 'due' || intent.state === 'in_flight' || intent.state === 'parked') {
      open.push(`${intent.key.rentalId} is ${intent.state}, to be looked at ${intent.runAt}`);
    }
  }
  // A refund for which the balance never suffices stays pending at the provider, and is asked for as long.
  const undecided = [...rows.payments.values()].filter(
    ({ payment }) => payment.kind === 'refund' && payment.status === 'pending',
  );
  const isUndecided = (ref: string) => undecided.some(({ payment }) => payment.providerRef === ref);
  for (const { runAt, state, event } of rows.inbox.values()) {
    const isAskedFor = event.type === HEAR_AGAIN && isUndecided(event.objectRef);
    if (runAt !== null && !isAskedFor) open.push(`event ${event.eventId} is ${state}`);
  }
  for (const lot of rows.lots.values()) {
    if (lot.remaining > 0 && lot.lotId.startsWith('away')) open.push(`${lot.lotId} has not lapsed at ${now}`);
  }
  return open;
}
