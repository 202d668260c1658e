import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitOf, openCursor, pairOf, sealCursor } from './cursor.ts';
import { Refusal } from './problem.ts';

test('a cursor opens under the listing and the filters for which it was made', () => {
  const cursor = sealCursor('rentals', { accountId: 'a' }, '2026|rnt_7');
  assert.equal(openCursor('rentals', { accountId: 'a' }, cursor), '2026|rnt_7');
  assert.equal(openCursor('rentals', { accountId: 'a' }, undefined), null);
});

test('a cursor of another listing, of other filters, cut short or made up is refused', () => {
  const cursor = sealCursor('rentals', { accountId: 'a' }, '2026|rnt_7');
  for (const [listing, filters, text] of [
    ['charges', { accountId: 'a' }, cursor],
    ['rentals', { accountId: 'b' }, cursor],
    ['rentals', { accountId: 'a' }, cursor.slice(0, -1)],
    ['rentals', { accountId: 'a' }, ''],
    ['rentals', { accountId: 'a' }, "' or 1=1 --"],
  ] as const) {
    assert.throws(() => openCursor(listing, filters, text), Refusal);
  }
});

test('a place of two texts is read, and anything else under the seal is refused', () => {
  assert.deepEqual(pairOf(JSON.stringify(['acc_1', 'fnd "1"'])), ['acc_1', 'fnd "1"']);
  for (const forged of ['', '{', 'null', '[]', '["a"]', '["a",1]', '["a","b","c"]', '["a","\\u0000"]']) {
    assert.throws(() => pairOf(forged), Refusal, forged);
  }
});

test('a page has fifty rows if nobody says, and never over five hundred', () => {
  assert.equal(limitOf(undefined), 50);
  assert.equal(limitOf('500'), 500);
  assert.throws(() => limitOf('501'), Refusal);
});
