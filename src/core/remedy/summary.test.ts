import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../kernel/money.ts';
import type { Finding } from './finding.ts';
import type { Scan } from './scan.ts';
import { FINDING_COLUMNS, sayCount, sayGrouped, summarise, toFindingRow } from './summary.ts';
import { sayVerdict } from './verdict.ts';

let made = 0;

const NOON = 1_416_139_200_000; // 2014-11-16T12:00:00Z

test('the summary has every class and grade, also those that hold nothing', () => {
  const { findings } = summarise(scanOf([]));
  assert.deepEqual(Object.keys(findings), [
    'double_charge',
    'duplicate_record',
    'overcharge',
    'charge_without_rental',
    'phantom',
    'acquirer_duplicate',
    'missing_twin',
  ]);
  for (const grades of Object.values(findings)) assert.deepEqual(grades, { proven: 0, probable: 0, possible: 0 });
});

test('the summary names its parts exactly as the contract does', () => {
  assert.deepEqual(Object.keys(summarise(scanOf([]))), [
    'counts',
    'incident',
    'findings',
    'accounts_affected',
    'refund_due',
    'causes',
    'assumptions',
  ]);
});

test('accounts are counted once, and not for what is possible or only stands in our books', () => {
  const summary = summarise(
    scanOf([
      finding({ accountId: 'a' }),
      finding({ accountId: 'a' }),
      finding({ accountId: 'b', grade: 'probable' }),
      finding({ accountId: 'c', grade: 'possible' }),
      finding({ accountId: 'd', class: 'phantom', refundMinor: 0n }),
      finding({ accountId: 'e', class: 'missing_twin', grade: 'probable', refundMinor: 0n }),
      finding({ accountId: 'f', class: 'acquirer_duplicate', refundMinor: 0n }),
    ]),
  );
  assert.equal(summary.accounts_affected, 3);
});

test('what is due is summed exactly for each currency and grade', () => {
  const summary = summarise(
    scanOf([
      finding({ refundMinor: 9_007_199_254_740_993n }),
      finding({ refundMinor: 7n, grade: 'probable' }),
      finding({ refundMinor: 5n, currency: 'JPY' }),
    ]),
  );
  assert.deepEqual(summary.refund_due, {
    EUR: { proven: '90071992547409.93', probable: '0.07', possible: '0.00' },
    JPY: { proven: '5', probable: '0', possible: '0' },
  });
});

test('a finding is one row with the columns of the contract, in their order', () => {
  assert.deepEqual(Object.keys(toFindingRow(finding({}))), FINDING_COLUMNS);
});

test('digits are grouped by three', () => {
  assert.equal(sayCount(0), '0');
  assert.equal(sayCount(999), '999');
  assert.equal(sayCount(1_234_567), '1,234,567');
  assert.equal(sayGrouped(money(123_456_789n, 'EUR')), 'EUR 1,234,567.89');
  assert.equal(sayGrouped(money(1234n, 'JPY')), 'JPY 1,234');
  assert.equal(sayGrouped(money(1_234_567n, 'BHD')), 'BHD 1,234.567');
});

const VERDICTS: readonly (readonly [title: string, findings: readonly Finding[], sentence: RegExp])[] = [
  ['nothing', [], /^No wrong charge found: 10 payments checked, all come out even\.$/],
  ['one', [finding({})], /^1 rental was charged twice: EUR 14\.50 to give back to 1 customer, all of it proven\.$/],
  [
    'three legs on one rental',
    [finding({ rentalId: 'r' }), finding({ rentalId: 'r' })],
    /^1 rental was charged more than once \(2 charges too many\): EUR 29\.00/,
  ],
  [
    'proven and probable',
    [finding({}), finding({ grade: 'probable', accountId: 'b' })],
    /^2 rentals were charged twice: EUR 29\.00 to give back to 2 customers; EUR 14\.50 is proven, EUR 14\.50 probable\.$/,
  ],
  ['probable only', [finding({ grade: 'probable' })], /probable, to be reviewed first\.$/],
  [
    'possible only',
    [finding({ grade: 'possible' })],
    /^Nothing proven: 1 case only looks like a wrong charge, EUR 14\.50/,
  ],
  [
    'two classes',
    [finding({}), finding({ class: 'overcharge' })],
    /^2 wrong charges found: EUR 29\.00 to give back to 1 customer/,
  ],
  [
    'phantom',
    [finding({ class: 'phantom', refundMinor: 0n })],
    /^We took nothing twice and owe nobody: 1 charge stands twice in our books only\.$/,
  ],
  [
    'acquirer',
    [finding({ class: 'acquirer_duplicate', refundMinor: 0n })],
    /^We took nothing twice and owe nobody: bank or acquirer booked 1 payment twice and must repay\.$/,
  ],
  [
    'two currencies',
    [finding({}), finding({ currency: 'CHF', refundMinor: 100n })],
    /CHF 1\.00 and EUR 14\.50 to give back/,
  ],
];

for (const [title, findings, sentence] of VERDICTS) {
  test(`the verdict says what the grades allow: ${title}`, () => assert.match(sayVerdict(scanOf(findings)), sentence));
}

interface FindingParts {
  readonly class?: Finding['class'];
  readonly grade?: Finding['grade'];
  readonly accountId?: string;
  readonly rentalId?: string;
  readonly refundMinor?: bigint;
  readonly currency?: string;
}

function finding(parts: FindingParts): Finding {
  made += 1;
  const currency = parts.currency ?? 'EUR';
  return {
    findingId: `fnd_p${made}`,
    class: parts.class ?? 'double_charge',
    grade: parts.grade ?? 'proven',
    accountId: parts.accountId ?? 'a',
    rentalId: parts.rentalId ?? `r${made}`,
    paymentId: `p${made}`,
    keptPaymentId: null,
    amount: money(1450n, currency),
    refundDue: money(parts.refundMinor ?? 1450n, currency),
    layers: { books: null, provider: 2, bank: null },
    reason: 'Taken twice.',
    evidence: { rental: null, otherRental: null, wrong: null, kept: null, payments: [], books: [], bank: [] },
  };
}

function scanOf(findings: readonly Finding[]): Scan {
  return {
    counts: { payments: { read: 10, used: 10, repeated: 0, rejected: 0 } },
    layers: { rentals: false, charges: false, settlements: false },
    coverage: {
      rentalsEnded: null,
      paymentsCreated: { from: NOON, to: NOON },
      chargesCreated: null,
      settlementsBooked: null,
    },
    verdicts: { findings, unfit: [] },
    refunds: [],
    diagnosis: { incident: null, causes: [], cannotTell: [] },
    population: { chargesSucceeded: 10, charged: null, ended: null, attributes: [], sampled: [], taken: [] },
    assumptions: [],
  };
}
