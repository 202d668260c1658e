/** docs/sandbox.md against the sandbox: every knob and preset is there, and every example is accepted. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HONEST, PROFILES, readPatch } from '../../src/world/provider/sandbox/engine/profile.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/sandbox.md'), 'utf8');

function knobs(): string[] {
  return Object.entries(HONEST).flatMap(([name, value]) => {
    const isDelay = typeof value === 'object' && 'minMs' in value;
    if (typeof value !== 'object' || isDelay) return name === 'name' ? [] : [name];
    return Object.keys(value).map((field) => `${name}.${field}`);
  });
}

test('every knob has its row, with an example that is accepted', () => {
  const rows = new Map(
    [...TEXT.matchAll(/^\| `([\w.]+)` \| `(\{.*?\})` \|/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
  assert.deepEqual([...rows.keys()].toSorted(), knobs().toSorted());
  for (const [knob, example] of rows) {
    const patch: unknown = JSON.parse(example);
    assert.notEqual(readPatch(patch), null, knob);
    const [name = '', field] = knob.split('.');
    const said = (patch as Record<string, Record<string, unknown>>)[name];
    assert.ok(
      field === undefined ? said !== undefined : said?.[field] !== undefined,
      `the example of ${knob} turns another`,
    );
  }
});

test('every preset has its row', () => {
  const section = TEXT.slice(TEXT.indexOf('| Preset |'), TEXT.indexOf('A fault is'));
  const rows = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(rows.toSorted(), Object.keys(PROFILES).toSorted());
});

test('a patch with an unknown field, word or number is refused', () => {
  for (const wrong of [
    { faults: { nonsense: {} } },
    { ids: 'many' },
    { requestsPerSecond: -1 },
    { latency: 5 },
    null,
    'x',
  ]) {
    assert.equal(readPatch(wrong), null, JSON.stringify(wrong));
  }
});
