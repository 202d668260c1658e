/**
 * The screen may find too much, never too little: what core says of the part that the screen delivers must be, to the
 * last letter, what it says of everything. Histories are written to files and read back through the real archive.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Facts } from '../src/core/fact/facts.ts';
import { adjudicate } from '../src/core/remedy/adjudicate.ts';
import { openArchive } from '../src/world/duckdb/archive.ts';
import { anyHistory, anyShape } from './any-history.ts';
import { history } from './history.ts';
import { anyTangle, anyTangleShape, beside } from './screen/tangle.ts';
import { writeFacts } from './screen/written.ts';

const SEED = Number(process.env.STORNO_SEED ?? Date.now() % 1_000_000_000);
const RUNS = Number(process.env.STORNO_RUNS ?? 25);
const SILENT = { begin() {}, advance() {}, end() {} };

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'storno-screen-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const anyRepeats = fc.array(fc.nat(1000), { maxLength: 4 });

test(`of likely histories the screen leaves out nothing that counts (seed ${SEED}, ${RUNS} runs)`, async () => {
  await holds(anyShape.chain((shape) => many(anyHistory(shape)).map((histories) => beside(histories, shape))));
});

test(`of tangled histories the screen leaves out nothing that counts (seed ${SEED}, ${RUNS} runs)`, async () => {
  await holds(anyTangleShape.chain((shape) => many(anyTangle(shape)).map((histories) => beside(histories, shape))));
});

/** Cases that chance makes seldom; each fails without the rule of the screen that it is there for. */
const SELDOM: Readonly<Record<string, string>> = {
  'a drive recorded twice, of which one was paid without reference': `
    rental r1 14.50 12T10:00 12T10:30 car=v1
    rental r2 14.50 12T10:00 12T10:30 car=v1 account=b
    charge p1 14.50 12T10:31
    charge p2 14.50 12T10:40 rental=r2 account=b`,
  'one attempt of our books, taken twice without reference, weeks apart': `
    charge p1 14.50 01T10:31 book=c1
    charge p2 14.50 25T10:40 book=c1`,
  'one key, taken twice without reference, weeks apart': `
    charge p1 14.50 01T10:31 key=k1 purpose=package
    charge p2 14.50 25T10:40 key=k1 purpose=package`,
};

for (const [title, table] of Object.entries(SELDOM)) {
  test(`the screen finds ${title}`, async () => {
    const facts = history(table);
    assert.equal(adjudicate(facts).findings.length, 1);
    await check(facts, []);
  });
}

/** Opening files and engine costs far more than a few more rows: each run reads several histories at once. */
const many = (history: fc.Arbitrary<Facts>) => fc.array(history, { minLength: 1, maxLength: 16 });

async function holds(anyFacts: fc.Arbitrary<Facts>): Promise<void> {
  const property = fc.asyncProperty(anyFacts, anyRepeats, check);
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: process.env.STORNO_SHRINK === undefined });
}

async function check(facts: Facts, repeats: readonly number[]): Promise<void> {
  const own = mkdtempSync(join(folder, 'history-'));
  const archive = await openArchive({ memory: '256MB' });
  try {
    const opened = await archive.open(writeFacts(own, facts, repeats));
    assert.ok(opened.ok, opened.ok ? '' : opened.error.map(({ message }) => message).join('\n'));
    const imported = await archive.import(SILENT);
    for (const [fact, counts] of Object.entries(imported.counts)) {
      const used = facts[fact as 'payments'].length;
      const repeated = used === 0 ? 0 : repeats.length;
      assert.deepEqual(counts, { read: used + repeated, used, repeated, rejected: 0 }, fact);
    }
    assert.deepEqual(imported.coverage, facts.coverage);
    const screened = await archive.screen(SILENT);
    const whole = adjudicate({ ...facts, layers: imported.layers });
    const part = adjudicate(screened);
    assert.deepEqual(part.findings, whole.findings);
    assert.deepEqual(part.unfit, whole.unfit);
  } finally {
    await archive.close();
  }
}
