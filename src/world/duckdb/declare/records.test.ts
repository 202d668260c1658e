import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import {
  type Folder,
  PAYMENT_HEADER,
  plainPayment,
  readFiles,
  withDatabase,
  withFolder,
} from '../../../../test/import/files.ts';
import { queryRows } from '../open.ts';
import { readRecords } from './records.ts';
import { cleanText } from './stage.ts';
import { isPlainText } from './survey.ts';
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
  const kept = rows.flatMap(({ note, isWrong }, index) =>
    isWrong ? [] : [[`p${index}`, note === '' ? undefined : note]],
  );
  assert.deepEqual(
    facts.payments?.used.map((row) => [row.payment_id, row['@note']]),
    kept,
  );
  assert.deepEqual(
    facts.payments?.rejected.map(({ line, column }) => [line, column]),
    wrongLines.map((line) => [line, 'status']),
  );
}

const soup = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r\n', '\r', ' ', 'é'), maxLength: 60 });

test('DuckDB sees the records that the scanner judges sound, in place or in a cleaned copy', () =>
  withFolder(async (folder) => {
    let inPlace = 0;
    await withDatabase(async (database) => {
      await fc.assert(
        fc.asyncProperty(fc.array(soup, { maxLength: 6 }), async (parts) => {
          const path = folder.write('soup.csv', `x,y,z\n${parts.join('\n')}`);
          const isPlain = await isPlainText(path, ',');
          const cleaned = isPlain ? null : await cleanText(path, SHAPE, folder.path);
          const shape = isPlain ? SHAPE : { ...SHAPE, headerLines: 0 };
          const order = cleaned?.spansLines === true ? 'sequential' : 'parallel';
          const table = csvTable({ shape, names: ['x', 'y', 'z'], order });
          const rows = await queryRows(database, `SELECT x, y, z FROM ${table.from([cleaned?.path ?? path])}`);
          const sound = await soundRecords(path);
          assert.equal(rows.length, sound.length, JSON.stringify({ rows, sound }));
          for (const [index, text] of sound.entries()) {
            const fields = text.split(',').slice(0, 3);
            if (!text.includes('"'))
              assert.deepEqual(
                rows[index]?.map((each) => each ?? ''),
                fields,
              );
          }
          inPlace += isPlain ? 1 : 0;
        }),
        { seed: SEED, numRuns: 400 },
      );
    });
    assert.ok(inPlace >= 50, `only ${inPlace} of the soups were read in place`);
  }));

const SHAPE = { delimiter: ',', fields: 3, headerLines: 1 };

async function soundRecords(path: string): Promise<readonly string[]> {
  const sound: string[] = [];
  for await (const batch of readRecords(path, SHAPE)) {
    for (const { bytes, fault } of batch) if (fault === null) sound.push(bytes.toString());
  }
  return sound;
}

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

test('text in quotes that looks like rows makes no rows, wherever a thread would begin', () =>
  withFolder(async (folder) => {
    const rows = Array.from({ length: 60_000 }, (_, index) => {
      const inner = Array.from({ length: 1 + (index % 7) }, () => `${plainPayment('phantom')},""`).join('\n');
      return `${plainPayment(`p${index}`)},"note\n${inner}\nphantom,charge,succeeded,1,EUR,2014-11-16T02:00:00Z,x"`;
    });
    const path = folder.write('inner.csv', `${PAYMENT_HEADER},note\n${rows.join('\n')}\n`);
    const { facts } = await readFiles({ payments: [path] });
    assert.equal(facts.payments?.read, 60_000);
    assert.ok(
      facts.payments?.used.every((row, index) => row.payment_id === `p${index}`),
      'only rows of the file',
    );
  }));

test('DuckDB delivers every record of a file full of quoted line ends, in order', () =>
  withFolder(async (folder) => {
    const count = 300_000;
    const rows = Array.from(
      { length: count },
      (_, index) => `${plainPayment(`p${index}`)},"line ""one""\nline, two ${'x'.repeat(index % 60)}"`,
    );
    const path = folder.write('big.csv', `${PAYMENT_HEADER},note\n${rows.join('\n')}\n`);
    const { facts } = await readFiles({ payments: [path] });
    assert.equal(facts.payments?.used.length, count);
    assert.ok(
      facts.payments?.used.every((row, index) => row.payment_id === `p${index}`),
      'rows come in the order of the file',
    );
  }));
