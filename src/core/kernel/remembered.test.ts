import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from './remembered.ts';

test('an answer is worked out once for each argument, also where it is undefined', () => {
  let asked = 0;
  const answer = remembered((list: readonly number[]) => {
    asked += 1;
    return list[0];
  });
  const [one, other]: readonly (readonly number[])[] = [[7], []];
  assert.ok(one !== undefined && other !== undefined);
  assert.deepEqual([answer(one), answer(one), answer(other), answer(other)], [7, 7, undefined, undefined]);
  assert.equal(asked, 2);
});
