import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isReadable, toSepaText } from './sepa-text.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);

test('names are written as their readers would', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['Jürgen Größe', 'Juergen Groesse'],
    ['ÄRZTE', 'AeRZTE'],
    ['Niccolò D’Amico', "Niccolo D'Amico"],
    ['José Ñandú', 'Jose Nandu'],
    ['Łukasz Żółć', 'Lukasz Zolc'],
    ['Øystein Æ', 'Oystein Ae'],
    ['Αθήνα', 'Athina'],
    ['Щукин', 'Shtukin'],
    ['rental_7; 14,50 € & [x]', 'rental-7, 14,50 EUR + (x)'],
    ['a\u0000b\tc\n d', 'a.b c d'],
    ['  two   blanks ', 'two blanks'],
  ];
  for (const [text, expected] of rows) assert.equal(toSepaText(text), expected);
});

test('what nobody can turn is a full stop, and a name of nothing else is not readable', () => {
  assert.equal(toSepaText('王小明'), '...');
  assert.equal(isReadable(toSepaText('王小明')), false);
  assert.equal(isReadable(toSepaText('Wang 王')), true);
});

test('whatever comes, only letters of SEPA leave, and a second time changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
      const said = toSepaText(text);
      assert.match(said, /^[A-Za-z0-9/?:().,'+ -]*$/);
      assert.equal(toSepaText(said), said);
    }),
    { seed: SEED },
  );
});
