import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyHistory, anyShape } from '../../../test/any-history.ts';
import { history } from '../../../test/history.ts';
import { toMajor } from '../kernel/money.ts';
import { adjudicate } from './adjudicate.ts';
import { GRADES, type Grade } from './finding.ts';
import { ACCOUNT_UNKNOWN, refundLines } from './refund-lines.ts';

test('what an account is owed is one line for each currency and grade, and what is owed nothing makes none', () => {
  const { findings } = adjudicate(
    history(`rental r1 14.50 12T10:30
      rental r2 9.00 12T11:30
      rental r3 1200 12T11:30 currency=JPY
      rental r4 9.00 12T11:30 account=b
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r1
      charge p3 90.00 12T11:31 rental=r2
      charge p4 1200 12T11:31 rental=r3 currency=JPY
      charge p5 1200 12T11:32 rental=r3 currency=JPY
      charge p6 9.00 12T11:31 rental=r4 account=b
      charge p7 9.00 12T11:32 rental=r4 account=b
      refund f7 9.00 12T12:32 of=p7 status=pending
      charge p8 3.00 12T11:31 rental=r1 purpose=fee
      charge p9 3.00 12T11:32 rental=r1 purpose=fee`),
  );
  assert.deepEqual(
    refundLines(findings).map((line) => [
      line.accountId,
      line.currency,
      line.grade,
      toMajor(line.refundDue),
      line.findings,
    ]),
    [
      ['a', 'EUR', 'proven', '95.50', 2],
      ['a', 'EUR', 'possible', '3.00', 1],
      ['a', 'JPY', 'proven', '1200', 1],
    ],
  );
});

test('money whose payer nobody names keeps a line of its own, so that the file sums to the summary', () => {
  const { findings } = adjudicate(
    history(`charge p1 14.50 12T10:31 rental=r1 account=-
      charge p2 14.50 12T10:32 rental=r1 account=-`),
  );
  assert.deepEqual(
    refundLines(findings).map((line) => [line.accountId, toMajor(line.refundDue)]),
    [[ACCOUNT_UNKNOWN, '14.50']],
  );
});

test('where the payment names no account the renter is owed', () => {
  const { findings } = adjudicate(
    history(`rental r1 14.50 12T10:30
      charge p1 14.50 12T10:31 rental=r1 account=-
      charge p2 14.50 12T10:32 rental=r1 account=-`),
  );
  assert.deepEqual(
    refundLines(findings).map((line) => line.accountId),
    ['a'],
  );
});

test('lines sum to the findings, grade by grade', () => {
  const seed = Number(process.env.STORNO_SEED ?? 20141124);
  fc.assert(
    fc.property(anyShape.chain(anyHistory), (facts) => {
      const { findings } = adjudicate(facts);
      const sums = (rows: readonly { readonly grade: Grade; readonly refundDue: { readonly amountMinor: bigint } }[]) =>
        GRADES.map((grade) =>
          rows.reduce((sum, row) => (row.grade === grade ? sum + row.refundDue.amountMinor : sum), 0n),
        );
      assert.deepEqual(sums(refundLines(findings)), sums(findings));
    }),
    { seed, numRuns: 200 },
  );
});
