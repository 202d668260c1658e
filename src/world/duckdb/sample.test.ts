import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactKind } from '../../core/fact/fact.ts';
import { currencies } from '../../core/kernel/currency.ts';
import { MEMORY_LIMIT, openDatabase, queryRows, quoteText } from './open.ts';
import { currencyHash } from './outline.ts';
import { samplePart } from './sample.ts';

const PARTS: readonly (readonly [fact: FactKind, rows: number, part: number | null])[] = [
  ['payments', 0, null],
  ['payments', 1_000_000, null],
  ['payments', 1_000_001, 4],
  ['rentals', 10_000_000, 32],
  ['charges', 50_000_000, 128],
  ['settlements', 50_000_000, null],
];

for (const [fact, used, part] of PARTS) {
  test(`of ${used} rows of ${fact} ${part === null ? 'all' : `one in ${part}`} tell how attributes are spread`, () => {
    const counts = new Map([[fact, { read: used, used, repeated: 0, rejected: 0 }]]);
    assert.equal(samplePart(fact, { counts }), part);
  });
}

test('the bits that stand for a currency in the outline are different for all known codes', async () => {
  const database = await openDatabase({ memoryLimit: MEMORY_LIMIT, threads: 1, spillFolder: null });
  try {
    const codes = currencies().map(([code]) => `(${quoteText(code)})`);
    const rows = await queryRows(
      database,
      `select count(*), count(distinct ${currencyHash('code')}) from (values ${codes.join(', ')}) known(code)`,
    );
    assert.deepEqual(rows, [[BigInt(codes.length), BigInt(codes.length)]]);
  } finally {
    database.close();
  }
});
