import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerLoops } from '../../src/bin/cli/worker-loops.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { drain } from '../../src/flow/drain.ts';
import { openGate } from '../../src/flow/live/charging-gate.ts';
import { recover } from '../../src/flow/live/recover.ts';
import { resumeCharging } from '../../src/flow/live/stop-charging.ts';
import { type House, openHouse } from './house.ts';

/** The loops of a worker that starts now, run by hand. Those that run here have no use for the rest of its hands. */
async function startWorker({ world }: House) {
  await recover(world);
  const loops = workerLoops({ world, worker: 'w' } as Parameters<typeof workerLoops>[0]);
  return (name: string) => {
    const loop = loops.find((one) => one.name === name);
    assert.ok(loop !== undefined);
    return loop.runOnce();
  };
}

test('a restored database that cannot read the listings when it starts charges nothing before it has', async () => {
  const house = await openHouse();
  await house.pass(0);
  await house.end('r1');
  const backup = house.store.snapshot();
  await house.pass(MINUTE_MS);
  house.store.restore(backup);
  house.clock.now += 2 * DAY_MS;
  house.provider.answers = false;
  const run = await startWorker(house);
  assert.equal(await run('charge'), 0);
  assert.equal(house.provider.requests.length, 1);
  assert.equal((await house.store.readControl()).charging, 'running');
  house.provider.answers = true;
  while ((await run('listings')) > 0);
  await resumeCharging(house.world, { by: 'mia', reason: 'read to now' });
  await run('charge');
  assert.equal(house.provider.requests.length, 1);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
});

test('a new database takes rentals while the provider is away, and charges once a listing was read', async () => {
  const house = await openHouse();
  house.provider.answers = false;
  const run = await startWorker(house);
  await house.end('r1');
  assert.equal(await run('charge'), 0);
  assert.equal(await run('listings'), 0);
  assert.equal(await run('charge'), 0);
  house.provider.answers = true;
  await run('listings');
  assert.equal(await run('charge'), 1);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
});

test('who read the listings less than a horizon ago charges at once, and goes on however long', async () => {
  const house = await openHouse();
  await house.pass(0);
  house.clock.now += 11 * HOUR_MS;
  house.provider.answers = false;
  const run = await startWorker(house);
  await house.end('r1');
  assert.equal(await run('charge'), 1);
  house.clock.now += 2 * DAY_MS;
  await house.end('r2');
  assert.equal(await run('charge'), 1);
});

test('who works off what is due leaves the charges, and does the rest, while the listings cannot be read', async () => {
  const house = await openHouse();
  house.provider.answers = false;
  await house.end('r1');
  const rounds = { worker: 'w', limit: 100, leaseMs: MINUTE_MS, roundsMax: 100, mayCharge: openGate(house.world) };
  assert.equal(await drain(house.world, rounds), true);
  assert.equal(house.provider.requests.length, 0);
  house.provider.answers = true;
  await recover(house.world);
  await drain(house.world, rounds);
  assert.equal(house.provider.requests.length, 1);
});
