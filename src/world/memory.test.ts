import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openMemory } from './memory.ts';

function world() {
  let nowMs = 0;
  let reads = 0;
  const memory = openMemory<string>({ ageMs: 1000, namesMax: 2 }, () => nowMs);
  const get = (name: string, answer: string | null = `${name} ${reads}`) =>
    memory.get(name, async () => {
      reads += 1;
      return answer;
    });
  return {
    memory,
    get,
    reads: () => reads,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

it('what was read is used until it is too old', async () => {
  const { get, pass, reads } = world();
  await get('a');
  pass(1000);
  assert.equal(await get('a'), 'a 0');
  pass(1);
  assert.equal(await get('a'), 'a 1');
  assert.equal(reads(), 2);
});

it('what is not there is not remembered', async () => {
  const { get } = world();
  assert.equal(await get('a', null), null);
  assert.equal(await get('a', 'there'), 'there');
});

it('what could not be read is not remembered', async () => {
  const { memory, get } = world();
  await assert.rejects(memory.get('a', () => Promise.reject(new Error('gone'))));
  assert.equal(await get('a', 'there'), 'there');
});

it('those who ask at the same moment read once', async () => {
  const { get, reads } = world();
  await Promise.all([get('a'), get('a')]);
  assert.equal(reads(), 1);
});

it('what is forgotten is read again, even if it was being read', async () => {
  const { memory, get } = world();
  const before = get('a', 'old');
  memory.forget('a');
  await before;
  assert.equal(await get('a', 'new'), 'new');
});

it('its age counts from when it was asked for', async () => {
  const { memory, get, pass } = world();
  await memory.get('a', async () => {
    pass(800);
    return 'slow';
  });
  pass(201);
  assert.equal(await get('a', 'new'), 'new');
});

it('an amended value is as old as it was', async () => {
  const { memory, get, pass } = world();
  await get('a', 'read');
  pass(900);
  memory.amend('a', (value) => `${value} and amended`);
  assert.equal(await get('a'), 'read and amended');
  pass(101);
  assert.equal(await get('a', 'new'), 'new');
});

it('beyond its bound it forgets what was read first', async () => {
  const { get, reads } = world();
  for (const name of ['a', 'b', 'c', 'b', 'c']) await get(name);
  assert.equal(reads(), 3);
  await get('a');
  assert.equal(reads(), 4);
});
