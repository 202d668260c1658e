import { DAY_MS, HOUR_MS, sayDuration } from '../src/core/kernel/time.ts';
import { startProcesses, takeKnock } from './actors.ts';
import { audit } from './auditor.ts';
import { heal, prepare, unfinished } from './course.ts';
import { readRecord } from './record.ts';
import type { SeedRequest, SeedResult } from './seed.ts';
import { settingsFor } from './settings.ts';
import { tellStories } from './stories.ts';
import { buildWorld, type World } from './world.ts';

/** How often the whole of the books is checked, beside the check of every commit. */
const CHECK_EVERY_MS = DAY_MS;

/** In how long a step of healing is looked at. */
const DRAIN_STEP_MS = DAY_MS;

/** After healing, everything must be over within this time: three days beyond the last step of the dunning schedule. */
const DRAIN_MS_MAX = 30 * DAY_MS;
const DRAIN_MS_MIN = 2 * DAY_MS;

/** For the last reading of listings and ledger, which are read every 12 h at least. */
const LAST_READ_MS = 26 * HOUR_MS;

/** More steps than any honest run takes: a run that goes in circles ends here. */
const STEPS_MAX = 5_000_000;

/** One run: faults, then healing, then the last word. The same request gives the same result, on whatever machine. */
export async function runSeed(request: SeedRequest): Promise<SeedResult> {
  const world = buildWorld(request, takeKnock);
  await tellStories(world);
  startProcesses(world);
  prepare(world);
  const stormEnds = world.swarm.startAt + 2 * world.swarm.spanMs + 12 * HOUR_MS;
  let steps = await runChecked(world, stormEnds);
  if (world.violations.length === 0) {
    heal(world);
    steps += await drain(world);
  }
  if (world.violations.length === 0) world.violations.push(...(await lastWord(world)));
  return {
    seed: request.seed,
    rentals: world.swarm.rentals,
    steps,
    virtualMs: world.scheduler.now() - world.swarm.startAt,
    hash: world.trace.hash(),
    counts: [...world.marks.counts()],
    violations: world.violations,
  };
}

async function runChecked(world: World, end: number): Promise<number> {
  let steps = 0;
  const stop = (): boolean => world.violations.length > 0;
  while (world.scheduler.now() < end && !stop()) {
    const next = Math.min(end, world.scheduler.now() + CHECK_EVERY_MS);
    steps += await world.scheduler.runUntil(next, stop);
    if (!stop()) world.violations.push(...(await world.memory.checkInvariants(askedOf(world))));
    if (steps > STEPS_MAX) world.violations.push(`more than ${STEPS_MAX} steps: it goes in circles`);
  }
  return steps;
}

/** Once all is healed nothing waits for longer than a lease and what a lost answer of the database costs. */
const OVERDUE_MS = HOUR_MS;

function askedOf(world: World): { readonly now: number; readonly overdueMs: number } {
  const { overdueMs } = settingsFor(world.swarm).charge;
  return { now: world.scheduler.now(), overdueMs: world.isCalm() ? OVERDUE_MS : overdueMs };
}

/** Liveness: by itself, without an operator but for what is declared to need one. */
async function drain(world: World): Promise<number> {
  const healedAt = world.scheduler.now();
  let steps = 0;
  for (;;) {
    steps += await runChecked(world, world.scheduler.now() + DRAIN_STEP_MS);
    if (world.violations.length > 0) return steps;
    const waited = world.scheduler.now() - healedAt;
    const open = unfinished(world);
    if (open.length === 0 && waited >= DRAIN_MS_MIN)
      return steps + (await runChecked(world, world.scheduler.now() + LAST_READ_MS));
    if (waited < DRAIN_MS_MAX) continue;
    const first = open.slice(0, 3).join('; ');
    world.violations.push(`liveness: ${open.length} unfinished ${sayDuration(waited)} after the last fault: ${first}`);
    return steps;
  }
}

async function lastWord(world: World): Promise<readonly string[]> {
  for (const [, { wire }] of world.bank.engine.rows('disputes')) {
    const end = wire.status === 'won' || wire.status === 'lost' ? wire.status : 'open';
    world.marks.hit(`fault:dispute_${end}`);
  }
  const { swarm, oracle, memory, bank } = world;
  const kept = new Set([...memory.rows().inbox.values()].map(({ event }) => event.eventId));
  const lost = [...world.acknowledged].filter((eventId) => !kept.has(eventId));
  const forgotten = lost.map((eventId) => `event ${eventId} was acknowledged and is not in the inbox`);
  const audited = audit({
    swarm,
    oracle,
    record: readRecord(bank.engine, world.scheduler.now() - LAST_READ_MS / 2),
    rows: memory.rows(),
  });
  return [...forgotten, ...audited];
}
