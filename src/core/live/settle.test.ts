import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LedgerLine, settleLine } from './settle.ts';

const eur = (amountMinor: bigint) => ({ amountMinor, currency: 'EUR' });

const ROWS: readonly (readonly [LedgerLine['kind'], amount: bigint, fee: bigint, booked: readonly string[]])[] = [
  [
    'charge',
    1218n,
    48n,
    ['settled house_provider>house_clearing 1218', 'provider_fee house_provider_fees>house_provider 48'],
  ],
  ['refund', -1218n, 0n, ['settled house_clearing>house_provider 1218']],
  [
    'chargeback',
    -1218n,
    1500n,
    ['settled house_clearing>house_provider 1218', 'provider_fee house_provider_fees>house_provider 1500'],
  ],
  [
    'chargeback_reversal',
    1218n,
    -1500n,
    ['settled house_provider>house_clearing 1218', 'provider_fee house_provider>house_provider_fees 1500'],
  ],
  ['payout', -5000n, 0n, ['payout house_bank>house_provider 5000']],
  ['payout', 5000n, 0n, ['payout house_provider>house_bank 5000']],
  ['other', 0n, 25n, ['provider_fee house_provider_fees>house_provider 25']],
];

for (const [kind, amount, fee, booked] of ROWS) {
  test(`a ${kind} of ${amount} with a fee of ${fee}: ${booked.join(', ')}`, () => {
    const line = { provider: 'stripe', merchantAccount: 'acct_1', lineId: 'txn_1', kind, bookedAt: 5 };
    const entries = settleLine({ ...line, amount: eur(amount), fee: eur(fee) });
    assert.deepEqual(
      entries.map((one) => `${one.kind} ${one.debit}>${one.credit} ${one.amount}`),
      booked,
    );
    for (const one of entries)
      assert.deepEqual([one.accountId, one.dimension, one.sourceRef], ['', 'stripe', 'stripe:acct_1:txn_1']);
  });
}
