/**
 * docs/faults.md and test/traps/table.ts say which test watches over which trap, fault and invariant. Here is checked
 * that they say so truly: every test that is named exists, every number is there, nothing is put off that exists.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SABOTEURS } from '../sim/saboteurs.ts';
import { FAULTS } from '../sim/swarm.ts';
import { readSources, type Source, withoutComments } from './tidy/source.ts';
import { withTables } from './traps/document.ts';
import { PARTS, type Proof, type Row } from './traps/row.ts';
import { TABLES, type Table } from './traps/table.ts';

const ROOT = join(import.meta.dirname, '..');
const sources = readSources(ROOT);

for (const table of TABLES) {
  test(`${table.heading}: all numbers are there, each with a proof or a reason why it has none yet`, () => {
    assert.deepEqual(gapsOf(table), []);
  });

  test(`${table.heading}: whatever is named is there`, () => {
    assert.deepEqual(
      table.rows.flatMap((row) => missingOf(row, sources)),
      [],
    );
  });

  test(`${table.heading}: nothing is put off whose part exists`, () => {
    assert.deepEqual(
      table.rows.flatMap((row) => overdueOf(row, sources)),
      [],
    );
  });
}

test('docs/faults.md holds the tables as they are: node test/traps/write-document.ts writes them', () => {
  const document = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8');
  assert.equal(document, withTables(document, TABLES));
  for (const { heading, rows } of TABLES) {
    assert.ok(document.includes(`## ${heading}\n`), heading);
    for (const { number, wrong } of rows) assert.ok(document.includes(`| ${number} | ${wrong} |`), wrong);
  }
});

function gapsOf({ rows, length }: Table): readonly string[] {
  const numbers = rows.map(({ number }) => number);
  const wanted = Array.from({ length }, (_, index) => index + 1);
  return [
    ...wanted.filter((number) => !numbers.includes(number)).map((number) => `${number} is missing`),
    ...numbers.filter((number, index) => number !== index + 1).map((number) => `${number} is out of place`),
    ...rows
      .filter((row) => row.proofs.length === 0 && row.later === null)
      .map(({ number }) => `${number} has no proof`),
  ];
}

function missingOf(row: Row, among: readonly Source[]): readonly string[] {
  return row.proofs.flatMap((proof) => missing(proof, among)).map((what) => `${row.number}: ${what}`);
}

function missing(proof: Proof, among: readonly Source[]): readonly string[] {
  switch (proof.kind) {
    case 'test': {
      const file = among.find(({ path }) => path === proof.file);
      if (file === undefined || !file.path.endsWith('.test.ts')) return [`${proof.file} is no test file`];
      return proof.titles.filter((title) => !names(file, title)).map((title) => `${file.path} has no “${title}”`);
    }
    case 'fault':
      return proof.faults.filter((fault) => !FAULTS.includes(fault)).map((fault) => `no fault is called ${fault}`);
    case 'saboteur':
      return proof.names
        .filter((name) => SABOTEURS.every((saboteur) => saboteur.name !== name))
        .map((name) => `no saboteur is called ${name}`);
  }
}

/** A literal of the file is the title: of a test that is not skipped for good, or of a row of a table of tests. */
function names({ text }: Source, title: string): boolean {
  const code = withoutComments(text).replace(/\$\{[^}]*\}/g, '…');
  const literals = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`);
  const skipped = literals.flatMap((literal) => ['test', 'it'].map((call) => `${call}.skip(${literal}`));
  return literals.some((literal) => code.includes(literal)) && !skipped.some((call) => code.includes(call));
}

function overdueOf({ number, later }: Row, among: readonly Source[]): readonly string[] {
  if (later === null) return [];
  const named = [...productPaths(among), ...tablesOf(among)].filter((name) => PARTS[later.awaits].test(name));
  return named.map((name) => `${number} waits for ${later.awaits}, and there is ${name}`);
}

function productPaths(among: readonly Source[]): readonly string[] {
  const paths = among.map(({ path }) => path).filter((path) => /^src\/(core|flow|world|http)\//.test(path));
  return paths.filter((path) => !path.startsWith('src/world/provider/sandbox/') && !path.endsWith('.test.ts'));
}

function tablesOf(among: readonly Source[]): readonly string[] {
  const migrations = among.filter(({ path }) => path.startsWith('sql/'));
  return migrations.flatMap(({ text }) =>
    [...text.matchAll(/create table storno\.(\w+)/g)].map(([, name = '']) => name),
  );
}

const PLANTED: Row = {
  number: 1,
  wrong: 'planted',
  does: 'nothing',
  proofs: [{ kind: 'test', file: 'test/a.test.ts', titles: ['holds'] }],
  later: { awaits: 'letters', why: 'planted' },
};

test('a planted gap, a title that is gone, a test that is skipped and a part that exists are found', () => {
  const is = (path: string, text: string): readonly Source[] => [{ path, text }];
  assert.deepEqual(gapsOf({ heading: '', length: 2, rows: [{ ...PLANTED, proofs: [], later: null }] }), [
    '2 is missing',
    '1 has no proof',
  ]);
  assert.deepEqual(missingOf(PLANTED, is('test/a.test.ts', "test('holds', () => {});")), []);
  for (const text of ["test('holds not', () => {});", "// test('holds')", "test.skip('holds', () => {});"]) {
    assert.deepEqual(missingOf(PLANTED, is('test/a.test.ts', text)), ['1: test/a.test.ts has no “holds”']);
  }
  assert.deepEqual(missingOf(PLANTED, []), ['1: test/a.test.ts is no test file']);
  const overdue = ['1 waits for letters, and there is'];
  assert.deepEqual(overdueOf(PLANTED, is('src/flow/remedy/letters.ts', '')), [`${overdue} src/flow/remedy/letters.ts`]);
  assert.deepEqual(overdueOf(PLANTED, is('sql/0020_x.sql', 'create table storno.letter (')), [`${overdue} letter`]);
  assert.deepEqual(overdueOf(PLANTED, is('src/core/live/price.ts', '')), []);
});
