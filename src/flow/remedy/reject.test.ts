import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Unfit } from '../../core/remedy/finding.ts';
import type { RejectedRow } from '../../core/remedy/import.ts';
import { mergeRejected, recount } from './reject.ts';

const CASES: readonly (readonly [title: string, rejected: string, unfit: string, merged: string])[] = [
  ['nothing', '', '', ''],
  ['only rejected rows', 'a1 a5 b2', '', 'a1 a5 b2'],
  ['only unfit rows', '', 'a1 b2', 'a1 b2'],
  ['between, before and after the lines of one file', 'a3 a6', 'a1 a4 a9', 'a1 a3 a4 a6 a9'],
  ['file by file, in the order of the archive', 'b3 a3', 'a1 a4 b1 b9', 'b1 b3 b9 a1 a3 a4'],
  ['other files last', 'b3', 'a1 c2', 'b3 a1 c2'],
];

for (const [title, rejected, unfit, merged] of CASES) {
  test(`unfit rows find their place: ${title}`, async () => {
    const found: RejectedRow[] = [];
    for await (const row of mergeRejected(stream(rows(rejected)), rows(unfit))) found.push(row);
    assert.deepEqual(found, rows(merged));
  });
}

test('an unfit fact was used and is rejected: the counts still add up', () => {
  const counts = {
    payments: { read: 10, used: 8, repeated: 1, rejected: 1 },
    rentals: { read: 2, used: 2, repeated: 0, rejected: 0 },
  };
  assert.deepEqual(recount(counts, [unfitPayment('p1'), unfitPayment('p2')]), {
    payments: { read: 10, used: 6, repeated: 1, rejected: 3 },
    rentals: { read: 2, used: 2, repeated: 0, rejected: 0 },
  });
});

test('counts that do not add up are a bug, not a summary', () => {
  assert.throws(() => recount({ payments: { read: 10, used: 8, repeated: 1, rejected: 0 } }, []), /do not add up/);
});

function rows(text: string): readonly RejectedRow[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ file: word.charAt(0), line: Number(word.slice(1)), column: '', value: '', reason: '' }));
}

async function* stream(of: readonly RejectedRow[]): AsyncGenerator<RejectedRow> {
  yield* of;
}

function unfitPayment(id: string): Unfit {
  return { fact: 'payments', id, column: 'currency', value: 'CHF', reason: 'Another currency than the price.' };
}
