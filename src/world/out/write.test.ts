import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { guardFormula } from './cell.ts';
import { writeCsv } from './write.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);
const COLUMNS = ['a', 'b', 'c'];

/** Texts with what CSV takes for its own, more often than chance would have it. */
const text = fc.array(fc.oneof(fc.constantFrom(',', '"', '\n', '\r', '=', "'", ' '), fc.string({ maxLength: 3 })), {
  maxLength: 5,
});
const cell = fc.oneof(
  text.map((parts) => parts.join('')),
  fc.integer(),
  fc.constant(null),
);

test('our CSV is that of the usual library, byte for byte', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-write-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.csv');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ a: cell, b: cell, c: cell })), async (rows) => {
      await writeCsv(path, COLUMNS, rows);
      const theirs = stringify(rows, { header: true, columns: COLUMNS, cast: { string: guardFormula } });
      assert.equal(readFileSync(path, 'utf8'), theirs);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('more text than one piece holds is written whole', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-write-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.csv');
  const rows = Array.from({ length: 9000 }, (_, place) => ({ a: place, b: 'one cell of some length', c: null }));
  await writeCsv(path, COLUMNS, rows);
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.deepEqual([lines.length, lines.at(-2), lines.at(-1)], [9002, '8999,one cell of some length,', '']);
});
