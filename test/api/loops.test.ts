import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Loop, runLoops } from '../../src/bin/cli/loops.ts';
import { StoreUnavailable } from '../../src/flow/ports/store.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

function loop(runOnce: () => Promise<number>, restMs = 60_000): Loop {
  return { name: 'test', runOnce, restMs };
}

test('a stop waits for what was begun, begins nothing new, and wakes who rests', async () => {
  let begun = 0;
  let finished = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const working = loop(async () => {
    begun += 1;
    await gate;
    finished += 1;
    return 1;
  });
  const resting = loop(async () => 0);
  const running = runLoops([working, resting], SILENT, (error) => assert.fail(String(error)));
  await new Promise((resolve) => setTimeout(resolve, 10));
  const stopped = running.stop();
  release();
  await stopped;
  assert.deepEqual([begun, finished], [1, 1]);
});

test('a database that does not answer is asked again, and a defect is told', async () => {
  let tries = 0;
  const defects: unknown[] = [];
  const running = runLoops(
    [
      loop(async () => {
        tries += 1;
        if (tries === 1) throw new StoreUnavailable('gone');
        if (tries === 2) throw new TypeError('a defect');
        return 0;
      }, 1),
    ],
    SILENT,
    (error) => defects.push(error),
  );
  await new Promise((resolve) => setTimeout(resolve, 1300));
  await running.stop();
  assert.equal(tries, 2);
  assert.ok(defects[0] instanceof TypeError);
});
