import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import {
  paymentsCsv,
  type ReadFact,
  type Row,
  readFiles,
  refusalsOf,
  sayRejected,
  withFolder,
} from '../../../../test/import/files.ts';

const REAL = new URL('../../../../../shared/data/payments/', import.meta.url).pathname;

function pick(fact: ReadFact | undefined, ...columns: readonly string[]): readonly (readonly unknown[])[] {
  return (fact?.used ?? []).map((row: Row) => columns.map((column) => row[column] ?? null));
}

const STRIPE_HEADER =
  'balance_transaction_id,created_utc,created,currency,gross,fee,reporting_category,source_id,customer_facing_amount,customer_facing_currency,automatic_payout_id,automatic_payout_effective_at_utc,customer_id,charge_id,card_brand,payment_metadata[rental_id],payment_metadata[purpose]';
const STRIPE_ROWS = [
  'txn_1,2023-01-02 03:04:05,2023-01-02 04:04:05,eur,14.50,0.40,charge,ch_1,14.50,eur,po_1,2023-01-09 00:00:00,cus_1,ch_1,visa,r1,',
  'txn_2,2023-01-03 00:00:00,2023-01-03 01:00:00,eur,-14.50,0,refund,re_1,-14.50,eur,po_1,2023-01-09 00:00:00,cus_1,ch_1,visa,r1,',
  'txn_3,2023-01-03 00:00:00,2023-01-03 01:00:00,eur,12.00,0,charge,ch_2,15.00,chf,po_1,2023-01-09 00:00:00,cus_1,ch_2,visa,r2,fee',
  'txn_4,2023-01-04 00:00:00,2023-01-04 01:00:00,eur,-12.00,15,dispute,dp_1,,,,,,ch_2,,,',
  'txn_5,2023-01-05 00:00:00,2023-01-05 01:00:00,eur,12.00,0,dispute_reversal,dp_1,,,,,,ch_2,,,',
  'txn_6,2023-01-06 00:00:00,2023-01-06 01:00:00,eur,-100.00,0,payout,po_1,,,,,,,,,',
];

test('reads Stripe reports as payments: signed major units, UTC without saying so, what the customer saw', () =>
  withFolder(async (folder) => {
    const path = folder.write('itemized.csv', paymentsCsv(STRIPE_ROWS, STRIPE_HEADER));
    const { facts, notes } = await readFiles({ payments: [path], settlements: [path] });
    assert.deepEqual(
      pick(
        facts.payments,
        'payment_id',
        'kind',
        'parent_payment_id',
        'account_id',
        'rental_id',
        'amount_minor',
        'currency',
        'purpose',
      ),
      [
        ['ch_1', 'charge', null, 'cus_1', 'r1', 1450n, 'EUR', 'rental'],
        ['re_1', 'refund', 'ch_1', 'cus_1', 'r1', 1450n, 'EUR', 'rental'],
        ['ch_2', 'charge', null, 'cus_1', 'r2', 1500n, 'CHF', 'fee'],
        ['txn_4', 'chargeback', 'ch_2', null, null, 1200n, 'EUR', 'rental'],
        ['txn_5', 'chargeback_reversal', 'ch_2', null, null, 1200n, 'EUR', 'rental'],
      ],
    );
    assert.equal(facts.payments?.used[0]?.created_at, BigInt(Date.UTC(2023, 0, 2, 3, 4, 5)));
    assert.equal(facts.payments?.used[0]?.['@card_brand'], 'visa');
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), [
      "7 kind: Reporting category payout is not a customer's payment.",
    ]);
    assert.deepEqual(pick(facts.settlements, 'line_id', 'payment_id', 'amount_minor', 'currency', 'file').slice(0, 3), [
      ['txn_1', 'ch_1', 1450n, 'EUR', 'po_1'],
      ['txn_2', 'ch_1', -1450n, 'EUR', 'po_1'],
      ['txn_3', 'ch_2', 1200n, 'EUR', 'po_1'],
    ]);
    assert.equal(facts.settlements?.used[0]?.booked_at, BigInt(Date.UTC(2023, 0, 9)));
    assert.ok(notes.some((note) => note.includes('Stripe balance or payout report, as payments')));
  }));

test('reads the Stripe list of payments, and makes refunds and disputes of their sums', () =>
  withFolder(async (folder) => {
    const header =
      'id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Status,Customer ID,Card Last4,Disputed Amount,Dispute Status,rental_id (metadata)';
    const rows = [
      'ch_1,2023-01-02 03:04,"1,014.50",0.00,eur,true,Paid,cus_1,4242,,,r1',
      'ch_2,2023-01-02 03:05:06,14.50,4.50,eur,true,Partially refunded,cus_1,4242,,,r2',
      'ch_3,2023-01-02 03:05:06,14.50,0,eur,false,Paid,cus_1,4242,,,r3',
      'ch_4,2023-01-02 03:05:06,14.50,0,eur,true,Disputed,cus_1,4242,14.50,lost,r4',
      'ch_5,2023-01-02 03:05:06,14.50,0,eur,true,Disputed,cus_1,4242,14.50,needs_response,r5',
      'ch_6,2023-01-02 03:05:06,14.50,0,eur,true,Something,cus_1,4242,,,r6',
    ];
    const { facts } = await readFiles({ payments: [folder.write('payments.csv', paymentsCsv(rows, header))] });
    assert.deepEqual(
      pick(facts.payments, 'payment_id', 'kind', 'parent_payment_id', 'status', 'amount_minor', 'rental_id'),
      [
        ['ch_1', 'charge', null, 'succeeded', 101450n, 'r1'],
        ['ch_2', 'charge', null, 'succeeded', 1450n, 'r2'],
        ['ch_3', 'charge', null, 'pending', 1450n, 'r3'],
        ['ch_4', 'charge', null, 'succeeded', 1450n, 'r4'],
        ['ch_5', 'charge', null, 'succeeded', 1450n, 'r5'],
        ['ch_2:refunded', 'refund', 'ch_2', 'succeeded', 450n, 'r2'],
        ['ch_4:disputed', 'chargeback', 'ch_4', 'succeeded', 1450n, 'r4'],
        ['ch_5:disputed', 'chargeback', 'ch_5', 'pending', 1450n, 'r5'],
      ],
    );
    assert.equal(facts.payments?.read, 6, 'made rows are not read rows');
    assert.deepEqual(
      facts.payments?.rejected.map(({ line, column, value }) => [line, column, value]),
      [[7, 'status', 'Something']],
    );
  }));

const ADYEN_HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Batch Number';
const ADYEN_ROWS = [
  'C,M,P1,r1,visa,2022-07-02 02:00:00,CEST,Settled,M1,EUR,,14.50,238',
  'C,M,P1,r1,visa,2022-02-02 02:00:00,CET,Refunded,M2,EUR,14.50,,238',
  'C,M,P2,r2,visa,2022-02-02 02:00:00,PST,Chargeback,M3,EUR,14.50,,238',
  'C,M,P2,r2,visa,2022-02-02 02:00:00,Moon/Base,ChargebackReversed,M4,EUR,,14.50,238',
  'C,M,,,,2022-02-02 02:00:00,CET,Fee,Fee March,,,,238',
];

test('reads Adyen settlement details: debit and credit, the zone beside the clock, the reference of each movement', () =>
  withFolder(async (folder) => {
    const path = folder.write('adyen.csv', paymentsCsv(ADYEN_ROWS, ADYEN_HEADER));
    const { facts } = await readFiles({ payments: [path], settlements: [path] });
    assert.deepEqual(
      pick(facts.payments, 'payment_id', 'kind', 'parent_payment_id', 'rental_id', 'amount_minor', 'created_at'),
      [
        ['P1', 'charge', null, 'r1', 1450n, BigInt(Date.UTC(2022, 6, 2, 0))],
        ['M2', 'refund', 'P1', 'r1', 1450n, BigInt(Date.UTC(2022, 1, 2, 1))],
        ['M3', 'chargeback', 'P2', 'r2', 1450n, BigInt(Date.UTC(2022, 1, 2, 10))],
      ],
    );
    assert.deepEqual(
      facts.payments?.rejected.map(({ line, column, value }) => [line, column, value]),
      [
        [5, 'created_at', '2022-02-02 02:00:00'],
        [6, 'kind', 'Fee'],
      ],
    );
    assert.deepEqual(pick(facts.settlements, 'line_id', 'payment_id', 'amount_minor', 'file').slice(0, 2), [
      ['P1:M1:Settled:238', 'P1', 1450n, '238'],
      ['P1:M2:Refunded:238', 'P1', -1450n, '238'],
    ]);
  }));

const PAYPAL_HEADER =
  '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID","Reference Txn ID","Invoice Number"';

test('reads PayPal activity: the order of day and month from the file, group marks, outgoing payments apart', () =>
  withFolder(async (folder) => {
    const row = (date: string, type: string, status: string, gross: string, id: string, parent: string) =>
      `"${date}","21:15:11","Europe/Berlin","N","${type}","${status}","EUR","${gross}","0","0","from@x","to@x","${id}","${parent}","r-${id}"`;
    const rows = [
      row('31/12/2018', 'Express Checkout Payment', 'Completed', '1,309.80', 'T1', ''),
      row('1/2/2018', 'Payment Refund', 'Completed', '-1.309,80', 'T2', 'T1'),
      row('1/2/2018', 'Express Checkout Payment', 'Pending', '5.00', 'T3', ''),
      row('1/2/2018', 'General Payment', 'Completed', '-5.00', 'T4', ''),
      row('1/2/2018', 'General Withdrawal', 'Completed', '-5.00', 'T5', ''),
    ];
    const { facts, notes } = await readFiles({
      payments: [folder.write('activity.csv', paymentsCsv(rows, PAYPAL_HEADER))],
    });
    assert.deepEqual(
      pick(
        facts.payments,
        'payment_id',
        'kind',
        'parent_payment_id',
        'status',
        'amount_minor',
        'account_id',
        'created_at',
      ),
      [
        ['T1', 'charge', null, 'succeeded', 130980n, 'from@x', BigInt(Date.UTC(2018, 11, 31, 20, 15, 11))],
        ['T2', 'refund', 'T1', 'succeeded', 130980n, 'to@x', BigInt(Date.UTC(2018, 1, 1, 20, 15, 11))],
        ['T3', 'charge', null, 'pending', 500n, 'from@x', BigInt(Date.UTC(2018, 1, 1, 20, 15, 11))],
      ],
    );
    assert.deepEqual(sayRejected(facts.payments?.rejected ?? []), [
      '5 amount: A payment that went out (-5.00) is not taken from a customer.',
      "6 kind: Type General Withdrawal is not a customer's payment.",
    ]);
    assert.ok(notes.some((note) => note.includes('PayPal activity report (dates day first)')));
  }));

test('reads MDS trips of a payload: minor units, no customer, no guess where the currency is missing', () =>
  withFolder(async (folder) => {
    const trip = (id: number, more: object) => ({
      device_id: `d${id}`,
      trip_id: `t${id}`,
      start_time: 1415000000000,
      end_time: 1415000060000,
      actual_cost: 520,
      currency: 'EUR',
      route: { type: 'FeatureCollection', features: [] },
      ...more,
    });
    const trips = [
      trip(1, {}),
      trip(2, { currency: null }),
      trip(3, { actual_cost: null, standard_cost: 5, currency: 'JPY' }),
      trip(4, { actual_cost: 5.2 }),
    ];
    const path = folder.write('trips.json', JSON.stringify({ version: '1.2.0', data: { trips } }, null, 1));
    const payments = folder.write('p.csv', paymentsCsv([]));
    const { facts } = await readFiles({ rentals: [path], payments: [payments] });
    assert.deepEqual(
      pick(
        facts.rentals,
        'rental_id',
        'account_id',
        'vehicle_id',
        'started_at',
        'ended_at',
        'amount_due_minor',
        'currency',
      ),
      [
        ['t1', null, 'd1', 1415000000000n, 1415000060000n, 520n, 'EUR'],
        ['t3', null, 'd3', 1415000000000n, 1415000060000n, 5n, 'JPY'],
      ],
    );
    assert.deepEqual(
      facts.rentals?.rejected.map(({ line, column }) => [line, column]),
      [
        [17, 'currency'],
        [42, 'amount_due'],
      ],
    );
    assert.match(
      (await refusalsOf({ payments: [path] }))[0]?.message ?? '',
      /is a MDS trips, which holds no payments: give it as --rentals/,
    );
  }));

test('the Adyen and PayPal exports as published: every row is used or rejected by name', async (t) => {
  if (!existsSync(REAL)) return t.skip(`needs ${REAL}`);
  const adyen = `${REAL}adyen-settlement-detail-batch-238.csv`;
  const paypal = `${REAL}paypal-statement-en.csv`;
  const { facts } = await readFiles({
    payments: [paypal, adyen, `${REAL}paypal-empty-activity.csv`],
    settlements: [adyen, paypal],
  });
  for (const fact of [facts.payments, facts.settlements]) {
    assert.deepEqual([fact?.read, fact?.used.length, fact?.rejected.length], [22, 7, 15]);
    assert.ok(
      fact?.rejected.every(
        ({ column, reason }) => column === 'kind' && /^Type .* is not a customer's payment\.$/.test(reason),
      ),
    );
  }
  assert.deepEqual(pick(facts.payments, 'payment_id', 'amount_minor', 'currency')[0], ['TID9', 130980n, 'USD']);
});
