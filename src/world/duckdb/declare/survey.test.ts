import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFolder } from '../../../../test/import/files.ts';
import { isPlainText } from './survey.ts';

/** A text, and whether DuckDB may read it where it lies. */
const TEXTS: readonly (readonly [text: string, isPlain: boolean])[] = [
  ['a,b\n1,2\n', true],
  ['a,b\r\n1,2\r\n', true],
  ['a,b\r\n1,2\n', false],
  ['a,b\n1,2\r\n', false],
  ['a,b\n1,"x"\n"","""y"""\n', true],
  ['\ufeff"a","b"\n1,2\n', true],
  ['a,b\n1,"x\ny"\n', false],
  ['a,b\n1,"x\n', false],
  ['a,b\n1,x"y"\n', false],
  ['a,b\n1,"x"y\n', false],
  ['a,b\n1, "x"\n', false],
  ['a,b\n1,\0\n', false],
  ['a,b\n1,é🚗\n', true],
];

test('knows a text that needs no care', () =>
  withFolder(async (folder) => {
    for (const [text, isPlain] of TEXTS) {
      assert.equal(await isPlainText(folder.write('a.csv', text), ','), isPlain, JSON.stringify(text));
    }
    assert.equal(await isPlainText(folder.write('b.csv', Buffer.from('a,b\ncaf\xe9,1\n', 'latin1')), ','), false);
    assert.equal(await isPlainText(folder.write('c.ndjson', '{"a":"x, \\"y"}\n'), null), true);
  }));

test('sees quotes and characters that its chunks cut in two', () =>
  withFolder(async (folder) => {
    for (let shift = 0; shift < 24; shift++) {
      const filler = `${'y'.repeat(99)},1\n`.repeat(5140) + 'z'.repeat(shift);
      const text = `a,b\n${filler},"x""y"\n"é🚗","🚗é"\n${filler},2\n`;
      assert.equal(await isPlainText(folder.write('a.csv', text), ','), true, `shift ${shift}`);
      assert.equal(
        await isPlainText(folder.write('a.csv', text.replace('x""y', 'x\ny')), ','),
        false,
        `shift ${shift}`,
      );
    }
  }));
