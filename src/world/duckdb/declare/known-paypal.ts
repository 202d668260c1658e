import type { KnownColumns, KnownExport, KnownReading } from './known-export.ts';

/** PayPal's activity download: `Type` and `Status`, dates with slashes in the account's order, a zone column. */
export const PAYPAL_ACTIVITY: KnownExport = {
  name: 'PayPal activity report',
  needs: [
    'date',
    'time',
    ['timezone', 'time zone'],
    'type',
    'status',
    'currency',
    'gross',
    'transaction id',
    'reference txn id',
  ],
  facts: {
    payments: (columns) => [payments(columns, 'Type')],
    settlements: (columns) => [settlements(columns, 'Type')],
  },
};

/** PayPal's statement: the same without a status, since it holds only what was booked. */
export const PAYPAL_STATEMENT: KnownExport = {
  name: 'PayPal statement',
  needs: [
    'date',
    'time',
    ['timezone', 'time zone'],
    'description',
    'currency',
    'gross',
    'transaction id',
    'reference txn id',
  ],
  facts: {
    payments: (columns) => [payments(columns, 'Description')],
    settlements: (columns) => [settlements(columns, 'Description')],
  },
};

/** PayPal's event names, in lower case. Source: PayPal "Transaction event codes" T00, T02, T11, T12. */
const KINDS: readonly (readonly [kind: string, types: readonly string[]])[] = [
  [
    'charge',
    [
      'express checkout payment',
      'website payment',
      'website payments pro api solution',
      'direct credit card payment',
      'preapproved payment bill user payment',
      'subscription payment',
      'recurring payment',
      'mobile payment',
      'general payment',
      'payment received',
      'web accept payment received',
      'shopping cart payment received',
      'checkout payment',
      'pay with credit or debit card payment',
      'virtual terminal payment',
      'invoice payment',
    ],
  ],
  ['refund', ['payment refund', 'refund', 'partial refund', 'refund sent', 'payment refund initiated by paypal']],
  [
    'chargeback',
    [
      'payment reversal',
      'reversal',
      'chargeback',
      'chargeback settlement',
      'ach return for bank funding',
      'buyer credit payment reversal',
    ],
  ],
  [
    'chargeback_reversal',
    [
      'chargeback reversal',
      'cancellation of reversal',
      'canceled reversal',
      'reversal of payment reversal',
      'chargeback re-reversal',
    ],
  ],
];

const FAILED = "'denied', 'failed', 'returned', 'unclaimed', 'blocked', 'expired', 'voided', 'removed'";

function kindOf(type: string): string {
  const branches = KINDS.map(
    ([kind, types]) => `WHEN lower(trim(${type})) IN (${types.map((each) => `'${each}'`).join(', ')}) THEN '${kind}'`,
  );
  return `CASE ${branches.join(' ')} END`;
}

function notPayment(type: string) {
  return {
    when: `(${kindOf(type)}) IS NULL`,
    column: 'kind',
    value: type,
    reason: "Type {value} is not a customer's payment",
  };
}

function payments({ text, has, dateOrder }: KnownColumns, typeName: string): KnownReading {
  const type = text(typeName);
  const kind = kindOf(type);
  const gross = `storno_grouped(${text('Gross')})`;
  const status = `lower(trim(${text('Status')}))`;
  return {
    columns: {
      payment_id: text('Transaction ID'),
      kind,
      parent_payment_id: `CASE WHEN ${kind} <> 'charge' THEN ${text('Reference Txn ID')} END`,
      account_id: `CASE WHEN ${kind} = 'charge' THEN ${text('From Email Address')} ELSE ${text('To Email Address')} END`,
      rental_id: text('Custom Number', 'Invoice Number', 'Invoice ID'),
      status: has('Status')
        ? `CASE WHEN ${status} IN ('completed', 'refunded', 'partially refunded', 'reversed', 'cleared') THEN 'succeeded'
             WHEN ${status} IN ('pending', 'held', 'on hold', 'processing', 'uncleared', 'active') THEN 'pending'
             WHEN ${status} IN (${FAILED}) THEN 'failed' WHEN ${status} IN ('canceled', 'cancelled') THEN 'canceled'
             ELSE ${text('Status')} END`
        : "'succeeded'",
      amount: `CASE WHEN ${kind} IN ('refund', 'chargeback') THEN storno_negate(${gross}) ELSE ${gross} END`,
      currency: text('Currency'),
      created_at: { local: clock(text('Date'), text('Time'), dateOrder), zone: text('TimeZone', 'Time Zone') },
      provider: "'paypal'",
    },
    where: null,
    faults: [
      notPayment(type),
      {
        when: `(${kind}) = 'charge' AND starts_with(${gross}, '-')`,
        column: 'amount',
        value: text('Gross'),
        reason: 'A payment that went out ({value}) is not taken from a customer',
      },
    ],
    drop: ['Balance', 'Net', 'Fee'],
    keep: [typeName, 'TimeZone', 'Time Zone'],
    lacks: [],
  };
}

function settlements({ text, dateOrder }: KnownColumns, typeName: string): KnownReading {
  const type = text(typeName);
  return {
    columns: {
      line_id: text('Transaction ID'),
      payment_id: `CASE WHEN ${kindOf(type)} = 'charge' THEN ${text('Transaction ID')} ELSE coalesce(${text('Reference Txn ID')}, ${text('Transaction ID')}) END`,
      amount: `storno_grouped(${text('Gross')})`,
      currency: text('Currency'),
      booked_at: { local: clock(text('Date'), text('Time'), dateOrder), zone: text('TimeZone', 'Time Zone') },
    },
    where: null,
    faults: [notPayment(type)],
    drop: ['Balance'],
    keep: [typeName],
    lacks: [],
  };
}

/** `9/4/2018` and `21:15:11` to an ISO text; a date with points is day first everywhere. */
function clock(date: string, time: string, order: KnownColumns['dateOrder']): string {
  const slashes = order === 'month' ? '%m/%d/%Y %H:%M:%S' : '%d/%m/%Y %H:%M:%S';
  return `coalesce(try_strptime(${date} || ' ' || ${time}, ['${slashes}', '%d.%m.%Y %H:%M:%S', '%Y-%m-%d %H:%M:%S'])::VARCHAR, ${date} || ' ' || ${time})`;
}
