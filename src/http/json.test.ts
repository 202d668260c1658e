import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJson, readJsonText } from './json.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);

function refusal(text: string): string {
  const read = readJsonText(text);
  return read.ok ? `accepted ${JSON.stringify(read.value)}` : read.detail;
}

test('JSON that programs read differently is refused, and says why', () => {
  for (const [text, reason] of [
    ['{"a":1,"a":2}', /stands twice/],
    ['{"a":1,"\\u0061":2}', /stands twice/],
    ['[{"a":{"b":1,"b":1}}]', /stands twice/],
    ['{"__proto__":{"x":1}}', /__proto__ is not allowed/],
    ['{"\\u005f_proto__":1}', /__proto__ is not allowed/],
    ['{"a":{"constructor":{"prototype":{}}}}', /constructor is not allowed/],
    ['{"a":9007199254740993}', /not exact/],
    ['[-9007199254740992]', /not exact/],
    ['{"a":1e400}', /not exact/],
    ['{"a":1e17}', /not exact/],
    [`${'['.repeat(17)}${']'.repeat(17)}`, /nested deeper/],
    [`${'{"a":'.repeat(20_000)}`, /nested deeper/],
    ['{"a":1', /not JSON/],
    ['{"a":"\n"}', /not JSON/],
    ['{"a":"x', /not JSON/],
    ['{a:1}', /not JSON/],
    ['{"a":01}', /not JSON/],
    ['', /not JSON/],
    ['[1,]', /not JSON/],
    ['{"a":NaN}', /not JSON/],
    ['\ufeff{}', /not JSON/],
    ['{"a":"\\u0000"}', /U\+0000/],
    ['{"\\u0000":1}', /U\+0000/],
    ['["\\ud800"]', /surrogate/],
    ['["\\udc00\\ud800"]', /surrogate/],
    ['["\\u00"]', /not JSON/],
  ] as const) {
    assert.match(refusal(text), reason, text.slice(0, 60));
  }
});

test('bytes that are not UTF-8 are refused', () => {
  assert.equal(readJson(Buffer.from([0x22, 0xc3, 0x28, 0x22])).ok, false);
  assert.equal(readJson(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])).ok, false);
});

test('a name that is only a value may be anything, and the same name may stand in two objects', () => {
  const text = '{"a":"__proto__","b":{"a":1},"c":[{"a":2},{"a":3}],"d":-0.5e1,"e":9007199254740991}';
  assert.deepEqual(readJsonText(text), { ok: true, value: JSON.parse(text) });
});

test('whatever is accepted is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      const read = readJsonText(text);
      if (read.ok) assert.deepEqual(read.value, JSON.parse(text));
      else assert.match(read.detail, /not allowed|not exact|twice|deeper|surrogate|U\+0000/);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('no text at all makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '{"', '["', '{"a":'), (text, start) => {
      readJsonText(start + text);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
