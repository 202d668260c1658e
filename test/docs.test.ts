/** Runs every command that a document promises to work, and compares what it prints. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agrees, consoleExamplesOf, printedBy } from './docs/console-example.ts';
import { readSources } from './tidy/source.ts';

const ROOT = join(import.meta.dirname, '..');

const documents = readSources(ROOT)
  .filter((source) => source.path.endsWith('.md'))
  .map((source) => ({ path: source.path, examples: consoleExamplesOf(source.path, source.text) }))
  .filter(({ examples }) => examples.length > 0);

for (const { path, examples } of documents) {
  test(`the commands of ${path} print what it says`, (t) => {
    const folder = folderLikeACheckout();
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const { place, command, expected } of examples) {
      const printed = printedBy(command, folder);
      if (!agrees(expected, printed)) assert.deepEqual(printed, expected, `${place}: ${command}`);
    }
  });
}

test('the README is among them', () => {
  assert.ok(documents.some(({ path }) => path === 'README.md'));
});

/** A folder in which the commands of a document work as in a checkout, and whose new files trouble nobody. */
function folderLikeACheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'storno-docs-'));
  for (const name of ['storno', 'examples']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

const DOCUMENT = [
  'Text with $ echo not run',
  '```console run',
  '$ echo one; \\',
  '  echo two',
  'one',
  'two',
  '$ false',
  '```',
  '```console',
  '$ echo not run either',
  '```',
].join('\n');

test('commands are found with what they should print', () => {
  assert.deepEqual(consoleExamplesOf('a.md', DOCUMENT), [
    { place: 'a.md:3', command: 'echo one; \\\n  echo two', expected: ['one', 'two'] },
    { place: 'a.md:7', command: 'false', expected: [] },
  ]);
});

test('a command is run and its stdout read, also when it fails', () => {
  assert.deepEqual(printedBy('echo one; echo two >&2; exit 3', tmpdir()), ['one']);
});

test('a document that promises another output is found', () => {
  assert.equal(agrees(['one', 'two'], ['one', 'two']), true);
  assert.equal(agrees(['one', 'two'], ['one', '2']), false);
  assert.equal(agrees(['one'], ['one', 'two']), false);
  assert.equal(agrees([''], ['one']), false);
});

test('… stands for what may differ, and for nothing else', () => {
  assert.equal(agrees(['read in … s (fast)'], ['read in 0.4 s (fast)']), true);
  assert.equal(agrees(['read in … s'], ['read in 0.4 s', 'more']), false);
  assert.equal(agrees(['one', '…', 'four'], ['one', 'two', 'three', 'four']), true);
  assert.equal(agrees(['one', '…', 'four'], ['one', 'four']), true);
  assert.equal(agrees(['one', '…', 'four'], ['one', 'two', 'three']), false);
  assert.equal(agrees(['a.b'], ['axb']), false);
});
