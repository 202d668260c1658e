import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CaptureCounters, countMovement, decideMovement, type Movement, statusRank } from './movement.ts';

const KEY = { accountId: 'acc_1', rentalId: 'rnt_1', purpose: 'rental', occurrence: 1 } as const;
const NONE: CaptureCounters = {
  captured: 100n,
  refunded: 0n,
  reserved: 0n,
  transferred: 0n,
  disputed: 0n,
  disputedExcess: 0n,
};

function movement(parts: Partial<Movement>): Movement {
  return {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    providerRef: 're_1',
    kind: 'refund',
    parentRef: 'ch_1',
    status: 'succeeded',
    amount: { amountMinor: 40n, currency: 'EUR' },
    createdAt: 5,
    ...parts,
  };
}

test('a dispute takes what is left, and the rest is excess; winning gives back the excess first', () => {
  const refunded = countMovement(NONE, 'refunded', 70n);
  const disputed = countMovement(refunded, 'disputed', 100n);
  assert.deepEqual([disputed.disputed, disputed.disputedExcess], [30n, 70n]);
  const won = countMovement(disputed, 'disputed', -100n);
  assert.deepEqual(won, refunded);
});

test('a refund beside a dispute takes its room from the dispute', () => {
  const disputed = countMovement(NONE, 'disputed', 100n);
  const refunded = countMovement(disputed, 'refunded', 70n);
  assert.deepEqual([refunded.refunded, refunded.disputed, refunded.disputedExcess], [70n, 30n, 70n]);
});

test('never is more given back than was captured, in whatever order movements come (INV-4)', () => {
  const anyMovement = fc.record({
    counter: fc.constantFrom('refunded' as const, 'disputed' as const),
    changeMinor: fc.bigInt({ min: 1n, max: 100n }),
  });
  fc.assert(
    fc.property(fc.array(anyMovement, { maxLength: 8 }), (movements) => {
      let counters = NONE;
      let refunds = 0n;
      for (const { counter, changeMinor } of movements) {
        // The provider itself refunds no more than it took.
        if (counter === 'refunded' && refunds + changeMinor > 100n) continue;
        if (counter === 'refunded') refunds += changeMinor;
        counters = countMovement(counters, counter, changeMinor);
        assert.ok(counters.refunded + counters.disputed <= counters.captured);
        assert.ok(counters.disputed >= 0n && counters.disputedExcess >= 0n);
      }
      assert.equal(counters.refunded, refunds);
    }),
    { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 2000 },
  );
});

const ROWS: readonly (readonly [said: string, of: Partial<Movement>, booked: string | null])[] = [
  ['a refund', {}, 'refunded 40 account_payable>house_clearing null'],
  ['a refund that is pending', { status: 'pending' }, null],
  [
    'a refund that failed',
    { status: 'failed' },
    'refunded -40 house_clearing>account_payable refund:stripe:acct_1:re_1',
  ],
  ['a dispute', { kind: 'chargeback', providerRef: 'dp_1' }, 'disputed 40 house_disputed>house_clearing null'],
  ['an inquiry', { kind: 'chargeback', status: 'pending' }, null],
  [
    'a dispute that was won',
    { kind: 'chargeback_reversal', providerRef: 'dp_1:won' },
    'disputed -40 house_clearing>house_disputed chargeback:stripe:acct_1:dp_1',
  ],
  ['a charge', { kind: 'charge' }, null],
  ['nothing', { amount: { amountMinor: 0n, currency: 'EUR' } }, null],
];

for (const [said, of, booked] of ROWS) {
  test(`${said} is booked as ${booked ?? 'nothing'}`, () => {
    const decided = decideMovement(KEY, movement(of));
    if (decided === null) return assert.equal(null, booked);
    const { counter, changeMinor, transfer } = decided;
    assert.equal(`${counter} ${changeMinor} ${transfer.debit}>${transfer.credit} ${transfer.corrects}`, booked);
  });
}

test('a paid refund may still fail, a paid charge does not', () => {
  assert.ok(statusRank('refund', 'failed') > statusRank('refund', 'succeeded'));
  assert.ok(statusRank('charge', 'succeeded') > statusRank('charge', 'failed'));
  assert.ok(statusRank('charge', 'failed') > statusRank('charge', 'pending'));
});
