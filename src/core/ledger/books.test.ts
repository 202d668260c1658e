import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHART, chartLineOf } from './chart.ts';
import { dayLines, journalLines } from './journal.ts';
import { type Transfer, transfer } from './transfer.ts';
import { type LedgerSum, trialBalances } from './trial-balance.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 300 };
const NOON = Date.UTC(2026, 10, 25, 12);

const RIDE: Transfer = {
  accountId: 'acc_1',
  kind: 'rental_ended',
  sourceRef: 'rnt_1:1',
  debit: 'account_receivable',
  credit: 'house_revenue',
  dimension: '',
  asset: 'EUR',
  amount: 1189n,
  corrects: null,
  happenedAt: NOON,
};

const anyTransfer = fc
  .record({
    debit: fc.constantFrom(...CHART.map((line) => line.ledgerAccount)),
    credit: fc.constantFrom(...CHART.map((line) => line.ledgerAccount)),
    asset: fc.constantFrom('EUR', 'CHF', 'MIN/milano'),
    amount: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  })
  .filter(({ debit, credit }) => debit !== credit)
  .map((parts) => transfer({ ...RIDE, ...parts }));

test('books of any transfers balance, asset by asset', () => {
  fc.assert(
    fc.property(fc.array(anyTransfer, { minLength: 1 }), (entries) => {
      const balances = trialBalances(sumsOf(entries));
      assert.ok(balances.every((balance) => balance.isBalanced));
      for (const { asset, lines } of balances) {
        const net = lines.reduce((sum, line) => sum + (line.normalSide === 'debit' ? line.balance : -line.balance), 0n);
        assert.equal(net, 0n, asset);
      }
    }),
    RUNS,
  );
});

test('a sum that lost one side is seen', () => {
  const [lost, ...kept] = sumsOf([transfer(RIDE)]);
  assert.ok(lost !== undefined);
  assert.equal(trialBalances(kept)[0]?.isBalanced, false);
});

test('lines stand in the order of the chart, currencies before minutes', () => {
  const balances = trialBalances(
    sumsOf([
      transfer({ ...RIDE, asset: 'MIN/milano', debit: 'house_minutes_granted', credit: 'account_minutes' }),
      transfer(RIDE),
      transfer({ ...RIDE, debit: 'house_clearing', credit: 'account_receivable', dimension: 'stripe', amount: 189n }),
    ]),
  );
  assert.deepEqual(
    balances.map(({ asset, lines }) => [asset, ...lines.map((line) => `${line.ledgerAccount} ${line.balance}`)]),
    [
      ['EUR', 'account_receivable 1000', 'house_clearing 189', 'house_revenue 1189'],
      ['MIN/milano', 'house_minutes_granted 1189', 'account_minutes 1189'],
    ],
  );
});

test('refuses a transfer that moves nothing, or in a circle', () => {
  assert.throws(() => transfer({ ...RIDE, amount: 0n }), /moves 0/);
  assert.throws(() => transfer({ ...RIDE, amount: -1n }), /moves -1/);
  assert.throws(() => transfer({ ...RIDE, credit: 'account_receivable' }), /circle/);
});

test('a journal entry is two lines of one amount, under the numbers of the operator', () => {
  const [debit, credit] = journalLines(
    transfer({ ...RIDE, corrects: 'rental_ended:rnt_0:1' }),
    new Map([['house_revenue', '8400']]),
  );
  assert.deepEqual([debit.accountNumber, debit.debit, debit.credit], ['1200', 1189n, null]);
  assert.deepEqual([credit.accountNumber, credit.debit, credit.credit], ['8400', null, 1189n]);
  assert.equal(debit.date, '2026-11-25');
  assert.equal(debit.entry, credit.entry);
  assert.equal(debit.text, 'rental ended rnt_1:1, takes back rental_ended:rnt_0:1');
});

test('a day is booked in one entry for each pair of lines', () => {
  const day = {
    day: '2026-11-25',
    kind: 'capture',
    debit: 'house_clearing',
    credit: 'account_receivable',
    asset: 'EUR',
  };
  const [debit, credit] = dayLines({ ...day, amount: 5n, transfers: 2n }, new Map());
  assert.deepEqual([debit.accountNumber, credit.accountNumber], ['1360', '1200']);
  assert.equal(debit.text, 'capture, 2 entries');
  assert.equal(debit.debit, credit.credit);
});

test('every number and line of the chart is there once', () => {
  assert.equal(new Set(CHART.map((line) => line.number)).size, CHART.length);
  assert.equal(new Set(CHART.map((line) => line.ledgerAccount)).size, CHART.length);
  assert.equal(chartLineOf('house_casino'), null);
});

function sumsOf(entries: readonly Transfer[]): readonly LedgerSum[] {
  const sums = new Map<string, LedgerSum>();
  const add = (
    ledgerAccount: string,
    entry: Transfer,
    moved: { readonly debits: bigint; readonly credits: bigint },
  ) => {
    const id = `${ledgerAccount} ${entry.dimension} ${entry.asset}`;
    const { debits, credits } = sums.get(id) ?? { debits: 0n, credits: 0n };
    const sum = { debits: debits + moved.debits, credits: credits + moved.credits };
    sums.set(id, { ledgerAccount, dimension: entry.dimension, asset: entry.asset, ...sum });
  };
  for (const entry of entries) {
    add(entry.debit, entry, { debits: entry.amount, credits: 0n });
    add(entry.credit, entry, { debits: 0n, credits: entry.amount });
  }
  return [...sums.values()];
}
