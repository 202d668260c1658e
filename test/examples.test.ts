/**
 * The examples are scanned, and what comes out is what was committed, to the byte. `npm run examples` writes it anew.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { EXAMPLES, EXPECTED_FILES, ROOT, scanExample } from './examples/scan-example.ts';

for (const example of EXAMPLES) {
  test(`${example.folder} gives what is committed`, () => {
    const written = scanExample(example);
    for (const name of EXPECTED_FILES) {
      const path = join(ROOT, example.folder, 'expected', name);
      assert.ok(existsSync(path), `${path} is not there; npm run examples writes it`);
      assert.equal(written.get(name), readFileSync(path, 'utf8'), `${example.folder}/expected/${name}`);
    }
  });
}

/** What `truth.json` of a made history says must be given back: sums in major units, one an account and currency. */
interface Truth {
  readonly incident: Readonly<Record<'from' | 'to' | 'charged_from' | 'charged_to', string>>;
  readonly refunds: readonly Readonly<Record<'account_id' | 'currency' | 'refund_due', string>>[];
}

test('the committed refunds of Milan are those of its truth, account by account, to the cent', () => {
  const folder = join(ROOT, 'examples', 'milano-2014');
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
  const refunds: Truth['refunds'] = parse(readFileSync(join(folder, 'expected', 'refunds.csv')), { columns: true });
  const found = new Map<string, number>();
  for (const { account_id, currency, refund_due } of refunds) {
    const key = `${account_id} ${currency}`;
    found.set(key, (found.get(key) ?? 0) + cents(refund_due));
  }
  const due = new Map(
    truth.refunds.map(({ account_id, currency, refund_due }) => [`${account_id} ${currency}`, cents(refund_due)]),
  );
  assert.deepEqual(found, due);
});

/** Euros only, far below what a number holds exactly. */
function cents(amount: string): number {
  return Number(amount.replace('.', ''));
}
