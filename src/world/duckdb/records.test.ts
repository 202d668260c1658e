import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { type Folder, PAYMENT_HEADER, plainPayment, readFiles, withDatabase, withFolder } from '../../../test/import/files.ts';
import { queryRows } from './open.ts';
import { readRecords } from './records.ts';
import { csvTable } from './table.ts';

const SEED = 20141116;

/** Text as exports hold it: quotes, separators, line ends, blanks, letters beyond ASCII. */
const text = fc.string({
  unit: fc.constantFrom('a', 'é', '7', ' ', ',', ';', '"', '\n', '\r\n', '\t', "'", '🚗', '|', '\\'),
  maxLength: 12,
});

const sheet = fc.record({
  rows: fc.array(fc.record({ note: text, isWrong: fc.boolean(), blanksBefore: fc.nat(2) }), { maxLength: 30 }),
  delimiter: fc.constantFrom(',', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
});

type Sheet = typeof sheet extends fc.Arbitrary<infer T> ? T : never;

test('reads back whatever csv-stringify writes, and tells the physical line of every rejected row', () =>
  withFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(sheet, async (given) => checkSheet(folder, given)),
      { seed: SEED, numRuns: 60 },
    );
  }));

async function checkSheet(folder: Folder, { rows, delimiter, lineEnd, bom }: Sheet): Promise<void> {
  let content = (bom ? '\ufeff' : '') + [...PAYMENT_HEADER.split(','), 'note'].join(delimiter) + lineEnd;
  const wrongLines: number[] = [];
  for (const [index, { note, isWrong, blanksBefore }] of rows.entries()) {
    content += lineEnd.repeat(blanksBefore);
    if (isWrong) wrongLines.push(content.split('\n').length);
    const fields = [...plainPayment(`p${index}`).split(','), note];
    if (isWrong) fields[2] = 'no status';
    content += stringify([fields], { delimiter, record_delimiter: lineEnd, quoted_match: /[\r\n]/ });
  }
  const { facts } = await readFiles({ payments: [folder.write('a.csv', content)] });
  const kept = rows.flatMap(({ note, isWrong }, index) => (isWrong ? [] : [[`p${index}`, note === '' ? undefined : note]]));
  assert.deepEqual(facts.payments?.used.map((row) => [row.payment_id, row['@note']]), kept);
  assert.deepEqual(facts.payments?.rejected.map(({ line, column }) => [line, column]), wrongLines.map((line) => [line, 'status']));
}

const soup = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', ' ', 'é'), maxLength: 60 });

test('sees the records that DuckDB sees, wherever DuckDB finds no fault', () =>
  withFolder(async (folder) => {
    let judged = 0;
    await withDatabase(async (database) => {
      await fc.assert(
        fc.asyncProperty(fc.array(soup, { maxLength: 6 }), async (parts) => {
          const shape = { delimiter: ',', fields: 3, headerLines: 1 };
          const path = folder.write('soup.csv', `x,y,z\n${parts.join('\n')}`);
          const records: { text: string; isSound: boolean }[] = [];
          for await (const batch of readRecords(path, shape)) {
            for (const { bytes, fault } of batch) records.push({ text: bytes.toString(), isSound: fault === null });
          }
          const rows = await queryRows(database, `SELECT x, y, z FROM ${csvTable(shape, ['x', 'y', 'z']).from([path])}`);
          const faults = await queryRows(database, 'SELECT count(*) FROM storno_faults');
          await database.connection.run('DELETE FROM storno_faults');
          const sound = records.filter(({ isSound }) => isSound);
          // Where DuckDB objects, the file is cleaned and only the scanner's word counts.
          if (Number(faults[0]?.[0]) > 0) return;
          judged += 1;
          assert.equal(rows.length, sound.length, JSON.stringify({ rows, records }));
        }),
        { seed: SEED, numRuns: 400 },
      );
    });
    assert.ok(judged >= 50, `only ${judged} of the soups were plain enough to compare`);
  }));

test('counts lines through quoted line ends, faults and the ends of its own chunks', () =>
  withFolder(async (folder) => {
    const rows = Array.from({ length: 120_000 }, (_, index) =>
      index % 1000 === 7 ? `${index},short` : `${index},"${'x'.repeat(index % 50)}\n""y"",",${'z'.repeat(40)}`,
    );
    const path = folder.write('long.csv', `a,b,c\n${rows.join('\n')}\n`);
    const expected: number[] = [];
    let line = 2;
    for (const [index] of rows.entries()) {
      expected.push(line);
      line += index % 1000 === 7 ? 1 : 2;
    }
    const found: number[] = [];
    let faulty = 0;
    for await (const batch of readRecords(path, { delimiter: ',', fields: 3, headerLines: 1 })) {
      for (const record of batch) {
        found.push(record.line);
        if (record.fault !== null) faulty += 1;
      }
    }
    assert.equal(faulty, 120);
    assert.deepEqual(found, expected);
  }));

test('DuckDB in parallel delivers every record of a file full of quoted line ends, in order', () =>
  withFolder(async (folder) => {
    const count = 300_000;
    const rows = Array.from({ length: count }, (_, index) => `${plainPayment(`p${index}`)},"line ""one""\nline, two ${'x'.repeat(index % 60)}"`);
    const path = folder.write('big.csv', `${PAYMENT_HEADER},note\n${rows.join('\n')}\n`);
    const { facts } = await readFiles({ payments: [path] });
    assert.equal(facts.payments?.used.length, count);
    assert.ok(facts.payments?.used.every((row, index) => row.payment_id === `p${index}`), 'rows come in the order of the file');
  }));
