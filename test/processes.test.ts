/**
 * The live half as real processes on real PostgreSQL: killed, frozen, cut off. Whatever happens to them, afterwards
 * each rental is charged once by the provider's own record, and the books say the same.
 *
 * STORNO_SEED chooses which boundaries are tried and when what is killed; the machine decides the rest, so a seed leads
 * to the same plan, not to the same instant. STORNO_PROCESSES=full tries every kind of boundary, and rages for
 * minutes.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeChance } from '../src/core/scenario/chance.ts';
import { type Kept, openKeeper, rage } from './processes/chaos.ts';
import { type House, openHouse, untilAnswers } from './processes/house.ts';
import { type Operator, openOperator, prepare } from './processes/operator.ts';
import type { Boundary, Started } from './processes/program.ts';
import { letTimePass, reckon, reckonCharges, untilResolved } from './processes/reckoning.ts';

const isFull = process.env.STORNO_PROCESSES === 'full';
const seed = Number(process.env.STORNO_SEED ?? Date.now() % 1_000_000);
const chance = makeChance(seed);

/** SIGSTOP and SIGKILL are promises of POSIX. */
const skip = process.platform === 'win32' ? 'Windows knows neither kill -9 nor SIGSTOP' : false;

/** What goes wrong at the provider while everything else does. */
const HOSTILE = {
  faultsOn: 'everything',
  faults: {
    requestLost: { perMille: 50 },
    answerLost: { perMille: 100 },
    errorAfter: { perMille: 50 },
    unreadable: { perMille: 30 },
    slow: { perMille: 50 },
    duplicateLine: { perMille: 50 },
  },
  slowBy: { minMs: 500, meanMs: 2000, maxMs: 6000 },
  webhooks: {
    first: { perMille: 50 },
    twice: { perMille: 200 },
    never: { perMille: 100 },
    outOfOrder: { perMille: 200 },
    outOfOrderBy: { minMs: 500, meanMs: 2000, maxMs: 8000 },
  },
};

const WORKERS = 3;
const CHAOS_MS = isFull ? 300_000 : 20_000;

const keeper = openKeeper();
let house: House;
let operator: Operator;
let api: Kept;
let sandbox: Kept;
/** Numbers of rentals so far: 0 to this, not included. */
let said = 0;

before(async () => {
  if (skip !== false) return;
  house = await openHouse({ profile: HOSTILE, seed });
  sandbox = keeper.keep(house.startSandbox);
  await untilAnswers(`${house.sandboxUrl}/_sandbox/health`, sandbox.current());
  await behave({ name: 'honest' });
  api = keeper.keep(house.startApi);
  await untilAnswers(`${house.apiUrl}/readyz`, api.current());
  await prepare(house);
  operator = openOperator(house);
});

after(async () => {
  await keeper.stop();
  await house?.close();
});

async function behave(profile: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`${house.sandboxUrl}/_sandbox/profile`, { method: 'POST', body: JSON.stringify(profile) });
  assert.equal(answer.status, 200, await answer.text());
}

function tellEvents(which: 'all' | 'none'): Promise<void> {
  return behave({ webhooks: { never: { perMille: which === 'all' ? 0 : 1000 } } });
}

function sayHowAgain(t: TestContext): void {
  const full = isFull ? 'STORNO_PROCESSES=full ' : '';
  t.diagnostic(`again: STORNO_SEED=${seed} ${full}node --test test/processes.test.ts`);
}

/** Some more rentals, all acknowledged. */
async function sayMore(count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => said + index);
  said += count;
  await Promise.all(numbers.map((number) => operator.say(number)));
}

function allNumbers(): readonly number[] {
  return Array.from({ length: said }, (_, number) => number);
}

/** Some batches have a card that is declined, some one that pays later. */
const BATCH = 3;

async function workOnce(): Promise<readonly Boundary[]> {
  const worker = house.startWorker(['--once'], { at: 0, on: null, signal: 'SIGKILL' });
  const { code } = await worker.ended;
  assert.equal(code, 0, worker.err());
  return worker.trace().boundaries ?? [];
}

/** What a worker passes that finds a batch, after one that has read the provider's past. */
async function readBoundaries(): Promise<readonly Boundary[]> {
  await workOnce();
  await sayMore(BATCH);
  return workOnce();
}

interface Target {
  readonly at: number;
  readonly on: string;
}

function sayTarget({ at, on }: Target): string {
  return `at boundary ${at} of those '${on}'`;
}

/** The boundaries around what moves money, and around what is written of it: always tried. */
const ALWAYS = ['provider POST /v1/payment_intents', 'database apply'].flatMap((effect) =>
  ['before', 'after', 'answered'].map((when) => `${when} ${effect}`),
);

/** How many more kinds of boundaries are tried where not all boundaries are. */
const FURTHER = 4;

/** Where an event tells what became of it, nothing is sent again; both ways are tried. */
function isHeard({ on }: Target): boolean {
  return !ALWAYS.includes(on);
}

/** How often a boundary of one kind is tried where all kinds are: an outcome follows an intent. */
const TIMES = 2;

/**
 * Every kind of boundary, or the most dangerous and some others. By kind and not by number: what a worker reads anew at
 * its start grows with every payment.
 */
function chooseBoundaries(boundaries: readonly Boundary[]): readonly Target[] {
  const from = chance.fork('boundaries');
  const kinds = [...new Set(boundaries.map(({ label }) => label))];
  const count = (on: string) => boundaries.filter(({ label }) => label === on).length;
  for (const on of ALWAYS) assert.ok(count(on) > 0, `a worker does not pass '${on}' any more`);
  if (isFull) {
    return kinds.flatMap((on) =>
      Array.from({ length: Math.min(count(on), TIMES) }, (_, index) => ({ at: index + 1, on })),
    );
  }
  const further = from.shuffle(kinds.filter((kind) => !ALWAYS.includes(kind))).slice(0, FURTHER);
  return [...ALWAYS, ...further].map((on) => ({ at: from.integer(1, Math.min(count(on), TIMES)), on }));
}

/** Another worker, there all the time, which stands still while a batch belongs to one that is killed or frozen. */
function openStandby() {
  const standby = house.startWorker([]);
  return {
    stand: () => standby.process.kill('SIGSTOP'),
    /** Goes on until all is final; the leases of the others pass at once. */
    resolve: async (others: readonly Started[]) => {
      standby.process.kill('SIGCONT');
      const holders = others.map(({ process }) => process.pid ?? 0);
      await untilResolved(house, () => letTimePass(house, holders));
    },
    isOver: standby.isOver,
    close: async () => {
      standby.process.kill('SIGKILL');
      await standby.ended;
    },
    ready: () => standby.said(/worker started/),
  };
}

test('a worker killed at an effect boundary leaves nothing that another does not resolve', { skip }, async (t) => {
  sayHowAgain(t);
  const boundaries = await readBoundaries();
  const standby = openStandby();
  await standby.ready();
  await standby.resolve([]);
  let kills = 0;
  for (const target of chooseBoundaries(boundaries)) {
    await tellEvents(isHeard(target) ? 'all' : 'none');
    standby.stand();
    await sayMore(BATCH);
    const worker = house.startWorker(['--once'], { ...target, signal: 'SIGKILL' });
    const { code, signal } = await worker.ended;
    assert.ok(signal === 'SIGKILL' || code === 0, worker.err());
    if (signal === 'SIGKILL') kills += 1;
    await standby.resolve([worker]);
    await reckonCharges(house, allNumbers()).catch((error: Error) => {
      throw new Error(`killed ${sayTarget(target)}: ${worker.trace().fatal?.label}\n${error.message}`, {
        cause: error,
      });
    });
  }
  await standby.close();
  await workOnce();
  await reckon(house, allNumbers());
  assert.deepEqual(operator.wrong, []);
  const kinds = new Set(boundaries.map(({ label }) => label)).size;
  t.diagnostic(`${boundaries.length} boundaries of ${kinds} kinds, ${kills} tried with kill -9; ${said} rentals`);
});

/** Before a payment is asked for, while it is on its way, with its answer unread, and around what is written of it. */
const FREEZES = isFull
  ? ALWAYS.flatMap((on) => Array.from({ length: TIMES }, (_, index) => ({ at: index + 1, on })))
  : ALWAYS.slice(0, 3).map((on) => ({ at: 1, on }));

const FROZEN_LOOK_MS = 20;

test('a worker frozen past its lease, while another takes over, takes no money twice when it goes on', {
  skip,
}, async (t) => {
  sayHowAgain(t);
  const standby = openStandby();
  await standby.ready();
  await tellEvents('none');
  for (const target of FREEZES) {
    standby.stand();
    await sayMore(BATCH);
    const worker = house.startWorker(['--once'], { ...target, signal: 'SIGSTOP' });
    while (worker.trace().fatal === undefined && !worker.isOver()) await sleep(FROZEN_LOOK_MS);
    assert.ok(!worker.isOver(), `nothing froze ${sayTarget(target)}`);
    await standby.resolve([worker]);
    worker.process.kill('SIGCONT');
    const { code } = await worker.ended;
    assert.equal(code, 0, `frozen ${sayTarget(target)}\n${worker.err()}`);
    await reckonCharges(house, allNumbers()).catch((error: Error) => {
      throw new Error(`frozen ${sayTarget(target)}\n${error.message}`, { cause: error });
    });
  }
  await standby.close();
  await workOnce();
  await reckon(house, allNumbers());
  t.diagnostic(`${FREEZES.length} freezes past the lease; ${said} rentals`);
});

/** What the operator says at a time, and how long he rests after each. */
const VOICES = 12;
const REST_MS = 100;

test('while processes, database and provider are killed and commits are cut, each rental is charged once', {
  skip,
}, async (t) => {
  sayHowAgain(t);
  await behave(HOSTILE);
  const workers = Array.from({ length: WORKERS }, () => keeper.keep(() => house.startWorker([])));
  const before = said;
  let isOver = false;
  const voices = Array.from({ length: VOICES }, async () => {
    while (!isOver) {
      await sayMore(1);
      await sleep(REST_MS);
    }
  });
  const targets = { workers, api, sandbox };
  const toll = await rage(house, { keeper, targets, chance: chance.fork('chaos'), ms: CHAOS_MS });
  isOver = true;
  house.line.disarm();
  await Promise.all(voices);
  await untilAnswers(`${house.sandboxUrl}/_sandbox/health`, sandbox.current());
  await behave({ name: 'honest' });
  await untilResolved(house, () => letTimePass(house, keeper.dead));
  await keeper.stop();
  assert.deepEqual(keeper.defects, []);
  assert.deepEqual(operator.wrong, []);
  sandbox = keeper.keep(house.startSandbox);
  await untilAnswers(`${house.sandboxUrl}/_sandbox/health`, sandbox.current());
  // It began again as it was told at its start.
  await behave({ name: 'honest' });
  await workOnce();
  const { captures } = await reckon(house, allNumbers());
  assert.equal(operator.acknowledged.size, said);
  const cuts = Object.entries(house.line.counts).map(([cut, count]) => `${count} ${cut}`);
  t.diagnostic(`${JSON.stringify(toll)}, commits cut: ${cuts.join(', ')}`);
  t.diagnostic(`${said - before} rentals here, said again ${operator.counts.again} times, ${captures} captures in all`);
});
