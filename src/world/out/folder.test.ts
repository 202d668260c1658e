import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { guardFormula } from './cell.ts';
import { type OutFolder, openFolder } from './folder.ts';
import { writeCsv } from './write.ts';

test('files appear under their names only when all are committed', (t) => {
  const path = freshPath(t);
  const folder = open(join(path, 'a', 'b'));
  for (const name of ['one', 'two']) writeFileSync(folder.stage(name), name);
  assert.deepEqual(visible(join(path, 'a', 'b')), []);
  assert.deepEqual(folder.commit(), [join(path, 'a', 'b', 'one'), join(path, 'a', 'b', 'two')]);
  assert.deepEqual(readdirSync(join(path, 'a', 'b')), ['one', 'two']);
  folder.discard();
  assert.deepEqual(readdirSync(join(path, 'a', 'b')), ['one', 'two'], 'what was committed stays');
});

test('discarding leaves neither temporary files nor the folders that were made', (t) => {
  const path = freshPath(t);
  const folder = open(join(path, 'a', 'b'));
  writeFileSync(folder.stage('one'), 'half');
  folder.stage('never begun');
  folder.discard();
  assert.deepEqual(readdirSync(path), []);
});

test('discarding keeps a folder that was there, and what is in it', (t) => {
  const path = freshPath(t);
  writeFileSync(join(path, 'one'), 'older');
  const folder = open(path);
  writeFileSync(folder.stage('one'), 'half');
  folder.discard();
  assert.deepEqual(readdirSync(path), ['one']);
  assert.equal(readFileSync(join(path, 'one'), 'utf8'), 'older');
});

test('a file in place of the folder, or above it, is refused', (t) => {
  const path = freshPath(t);
  writeFileSync(join(path, 'file'), '');
  for (const at of [join(path, 'file'), join(path, 'file', 'below')]) {
    const opened = openFolder(at);
    assert.equal(opened.ok, false);
    assert.equal(opened.ok === false && opened.error.kind, 'not_a_folder');
  }
});

test('a folder that cannot be written to is refused', () => {
  const opened = openFolder('/proc/storno');
  assert.equal(opened.ok === false && opened.error.kind, 'not_writable');
});

test('formulas are guarded, amounts are not touched', () => {
  for (const text of ['=1+1', '+cmd', '-x', '@SUM(A1)', '\t=1', '\r=1', '＝1+1', '-1-1', '--5', '+1,5'])
    assert.equal(guardFormula(text), `'${text}`);
  for (const text of ['', '14.50', '-14.50', '+3', 'rental-1', 'a=b', 'EUR']) assert.equal(guardFormula(text), text);
});

test('CSV always has its header, quotes what needs it, and leaves null empty', async (t) => {
  const path = join(freshPath(t), 'x.csv');
  await writeCsv(path, ['a', 'b', 'c'], []);
  assert.equal(readFileSync(path, 'utf8'), 'a,b,c\n');
  await writeCsv(path, ['a', 'b', 'c'], [{ a: 'say "no",\nnow', b: null, c: 3 }]);
  assert.equal(readFileSync(path, 'utf8'), 'a,b,c\n"say ""no"",\nnow",,3\n');
});

function freshPath(t: { after(undo: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'storno-folder-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(path: string): OutFolder {
  const opened = openFolder(path);
  assert.ok(opened.ok);
  return opened.value;
}

function visible(path: string): readonly string[] {
  return readdirSync(path).filter((name) => !name.startsWith('.'));
}
