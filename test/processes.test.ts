/**
 * The live half as real processes on real PostgreSQL: killed, frozen, cut off. Whatever happens to them, afterwards
 * each rental is charged once by the provider's own record, and the books say the same.
 *
 * STORNO_SEED chooses which boundaries are tried and when what is killed; the machine decides the rest, so a seed leads
 * to the same plan, not to the same instant. STORNO_PROCESSES=full tries every boundary and keeps the chaos up for
 * minutes.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Chance, makeChance } from '../src/core/scenario/chance.ts';
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

/** Boundaries that are tried where not all are: so many before the first claim, so many after it. */
const TRIED = { starting: 2, working: 7 };
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
  const worker = house.startWorker(['--once'], { at: 0, signal: 'SIGKILL' });
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

function isClaim({ label }: Boundary): boolean {
  return label.startsWith('database before') && label.includes('claim');
}

/** One out of each of so many stretches of equal length. */
function sample(
  boundaries: readonly Boundary[],
  { count, from }: { count: number; from: Chance },
): readonly Boundary[] {
  const stretch = boundaries.length / count;
  return Array.from({ length: count }, (_, index) => {
    const [first, last] = [Math.floor(index * stretch), Math.ceil((index + 1) * stretch) - 1];
    return boundaries[Math.min(from.integer(first, last), boundaries.length - 1)];
  }).filter((one) => one !== undefined);
}

/** All of them, from the first on until a worker comes to its end before; or a sample. */
function* chooseBoundaries(boundaries: readonly Boundary[]): Generator<number, void, 'killed' | 'ended'> {
  if (isFull) {
    let at = 1;
    while ((yield at) === 'killed') at += 1;
    return;
  }
  const from = chance.fork('boundaries');
  const claim = boundaries.findIndex(isClaim);
  const starting = sample(boundaries.slice(0, claim), { count: TRIED.starting, from });
  const working = sample(boundaries.slice(claim), { count: TRIED.working, from });
  for (const { at } of [...starting, ...working]) yield at;
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
  const choice = chooseBoundaries(boundaries);
  for (let next = choice.next(); next.done !== true; ) {
    const at = next.value;
    standby.stand();
    await sayMore(BATCH);
    const worker = house.startWorker(['--once'], { at, signal: 'SIGKILL' });
    const { code, signal } = await worker.ended;
    assert.ok(signal === 'SIGKILL' || code === 0, worker.err());
    if (signal === 'SIGKILL') kills += 1;
    await standby.resolve([worker]);
    await reckonCharges(house, allNumbers()).catch((error: Error) => {
      throw new Error(`killed at ${at}: ${worker.trace().fatal?.label}\n${error.message}`, { cause: error });
    });
    next = choice.next(signal === 'SIGKILL' ? 'killed' : 'ended');
  }
  await standby.close();
  await workOnce();
  await reckon(house, allNumbers());
  assert.deepEqual(operator.wrong, []);
  t.diagnostic(`${boundaries.length} boundaries, ${kills} of them tried with kill -9; ${said} rentals`);
});

/** Before the first payment is asked for, while it is on its way, and with its answer unread. */
function chooseFreezes(boundaries: readonly Boundary[]): readonly Boundary[] {
  const from = chance.fork('freezes');
  if (isFull) return boundaries.slice(boundaries.findIndex(isClaim));
  return (['before', 'after', 'answered'] as const).flatMap((when) => {
    const paying = boundaries.filter(({ label }) => label.startsWith(`provider ${when}`) && isPayment(label, when));
    return paying.length === 0 ? [] : [from.pick(paying)];
  });
}

/** Listings are read with GET and answered with 200 as well; a payment's answer comes after the first claim. */
function isPayment(label: string, when: string): boolean {
  return when === 'answered' ? true : label.includes('POST /v1/payment_intents');
}

test('a worker frozen past its lease, while another takes over, takes no money twice when it goes on', {
  skip,
}, async (t) => {
  sayHowAgain(t);
  const boundaries = await readBoundaries();
  const standby = openStandby();
  await standby.ready();
  await standby.resolve([]);
  let freezes = 0;
  const claim = boundaries.findIndex(isClaim);
  for (const { at } of chooseFreezes(boundaries.slice(claim))) {
    standby.stand();
    await sayMore(BATCH);
    const worker = house.startWorker(['--once'], { at, signal: 'SIGSTOP' });
    while (worker.trace().fatal === undefined && !worker.isOver()) await sleep(20);
    await standby.resolve([worker]);
    if (!worker.isOver()) freezes += 1;
    worker.process.kill('SIGCONT');
    const { code } = await worker.ended;
    const where = `frozen at ${at}: ${worker.trace().fatal?.label}`;
    assert.equal(code, 0, `${where}\n${worker.err()}`);
    await reckonCharges(house, allNumbers()).catch((error: Error) => {
      throw new Error(`${where}\n${error.message}`, { cause: error });
    });
  }
  assert.ok(freezes > 0);
  await standby.close();
  await workOnce();
  await reckon(house, allNumbers());
  t.diagnostic(`${freezes} freezes past the lease; ${said} rentals`);
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
  await workOnce();
  const { captures } = await reckon(house, allNumbers());
  assert.equal(operator.acknowledged.size, said);
  const cuts = Object.entries(house.line.counts).map(([cut, count]) => `${count} ${cut}`);
  t.diagnostic(`${JSON.stringify(toll)}, commits cut: ${cuts.join(', ')}`);
  t.diagnostic(`${said - before} rentals here, said again ${operator.counts.again} times, ${captures} captures in all`);
});
