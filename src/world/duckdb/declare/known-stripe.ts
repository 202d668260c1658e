import type { KnownColumns, KnownExport, KnownReading } from './known-export.ts';

/**
 * Stripe's itemized reports `balance_change_from_activity` and `payout_reconciliation`: amounts are signed, in major
 * units (the API's are minor); `created_utc` is UTC without saying so. Charges and refunds bear the ids of the API
 * (`source_id`); a dispute and its reversal share one source, so those are known by their balance transaction.
 * Source: https://docs.stripe.com/reports/report-types, reporting categories.
 */
export const STRIPE_BALANCE: KnownExport = {
  name: 'Stripe balance or payout report',
  needs: ['balance_transaction_id', 'reporting_category', 'gross', 'currency', 'source_id', ['created_utc', 'created']],
  facts: { payments: (columns) => [balancePayments(columns)], settlements: (columns) => [balanceSettlements(columns)] },
};

/** What each reporting category does to the customer's money. A refund that failed brings the money back to us. */
const BALANCE_KINDS: Readonly<Record<string, string>> = {
  charge: 'charge',
  refund: 'refund',
  charge_failure: 'refund',
  partial_capture_reversal: 'refund',
  refund_failure: 'chargeback_reversal',
  dispute: 'chargeback',
  dispute_reversal: 'chargeback_reversal',
};

function balancePayments({ text, metadata }: KnownColumns): KnownReading {
  const category = `lower(${text('reporting_category')})`;
  const id = `CASE WHEN ${category} IN ('charge', 'refund') THEN ${text('source_id')} ELSE ${text('balance_transaction_id')} END`;
  // What the customer saw is what the price is compared with; Stripe fills it where the currencies differ.
  const isForeign = `${text('customer_facing_amount')} IS NOT NULL AND ${text('customer_facing_currency')} IS NOT NULL`;
  const gross = `CASE WHEN ${isForeign} THEN ${text('customer_facing_amount')} ELSE ${text('gross')} END`;
  const kind = choose(category, BALANCE_KINDS);
  return {
    columns: {
      payment_id: id,
      kind,
      parent_payment_id: `CASE WHEN ${category} <> 'charge' THEN ${text('charge_id')} END`,
      account_id: `coalesce(${metadata('account_id', 'customer_id', 'user_id')}, ${text('customer_id')})`,
      rental_id: metadata(...RENTAL_KEYS),
      charge_id: metadata('charge_id', 'our_charge_id'),
      status: "'succeeded'",
      amount: `CASE WHEN ${kind} IN ('refund', 'chargeback') THEN storno_negate(${gross}) ELSE ${gross} END`,
      currency: `CASE WHEN ${isForeign} THEN ${text('customer_facing_currency')} ELSE ${text('currency')} END`,
      created_at: utc(text('created_utc'), text('created')),
      purpose: metadata('purpose'),
      provider: "'stripe'",
      idempotency_key: metadata('idempotency_key'),
    },
    where: null,
    faults: [notPayment({ kind, value: text('reporting_category'), what: 'Reporting category' })],
    drop: [],
    keep: ['reporting_category', 'balance_transaction_id'],
    lacks: [],
  };
}

function balanceSettlements({ text, has }: KnownColumns): KnownReading {
  const kind = choose(`lower(${text('reporting_category')})`, BALANCE_KINDS);
  const paid = has('automatic_payout_effective_at_utc') ? text('automatic_payout_effective_at_utc') : 'NULL';
  return {
    columns: {
      line_id: text('balance_transaction_id'),
      payment_id: `coalesce(${text('charge_id')}, ${text('source_id')})`,
      amount: text('gross'),
      currency: text('currency'),
      booked_at: utc(`coalesce(${paid}, ${text('created_utc')})`, text('created')),
      file: text('automatic_payout_id'),
    },
    where: null,
    faults: [notPayment({ kind, value: text('reporting_category'), what: 'Reporting category' })],
    drop: [],
    keep: ['reporting_category'],
    lacks: [],
  };
}

/**
 * The list of payments as the dashboard exports it. A refund is only a sum beside its charge there, and a dispute too:
 * both become rows of their own that are not counted as read.
 */
export const STRIPE_CHARGES: KnownExport = {
  name: 'Stripe charges export',
  needs: ['id', 'amount', 'amount refunded', 'currency', 'status', ['created date (utc)', 'created (utc)']],
  facts: { payments: (columns) => [charges(columns), refundedParts(columns), ...disputedParts(columns)] },
};

const CHARGE_STATUSES: Readonly<Record<string, string>> = {
  paid: 'succeeded',
  succeeded: 'succeeded',
  refunded: 'succeeded',
  'partially refunded': 'succeeded',
  'partial refund': 'succeeded',
  disputed: 'succeeded',
  failed: 'failed',
  blocked: 'failed',
  canceled: 'canceled',
  cancelled: 'canceled',
  expired: 'canceled',
  pending: 'pending',
  uncaptured: 'pending',
  incomplete: 'pending',
  'requires capture': 'pending',
  'requires payment method': 'pending',
  'requires confirmation': 'pending',
  'requires action': 'pending',
};

const CHARGE_COLUMNS = [
  'Amount Refunded',
  'Refunded date (UTC)',
  'Disputed Amount',
  'Dispute Date (UTC)',
  'Dispute Status',
];

function charges({ text, metadata }: KnownColumns): KnownReading {
  const status = choose(`replace(lower(trim(${text('Status')})), '_', ' ')`, CHARGE_STATUSES);
  return {
    columns: {
      payment_id: text('id'),
      kind: "'charge'",
      account_id: accountOf({ text, metadata }),
      rental_id: metadata(...RENTAL_KEYS),
      charge_id: metadata('charge_id', 'our_charge_id'),
      // An authorisation that was not captured has taken nothing.
      status: `CASE WHEN ${status} = 'succeeded' AND lower(${text('Captured')}) = 'false' THEN 'pending' ELSE coalesce(${status}, ${text('Status')}) END`,
      amount: `storno_grouped(${text('Amount')})`,
      currency: text('Currency'),
      created_at: utc(text('Created date (UTC)', 'Created (UTC)'), 'NULL'),
      purpose: metadata('purpose'),
      provider: "'stripe'",
      idempotency_key: metadata('idempotency_key'),
    },
    where: null,
    faults: [],
    drop: CHARGE_COLUMNS,
    keep: [],
    lacks: [],
  };
}

function refundedParts(columns: KnownColumns): KnownReading {
  const { text } = columns;
  const amount = `storno_grouped(${text('Amount Refunded')})`;
  const created = text('Created date (UTC)', 'Created (UTC)');
  return part(columns, {
    suffix: ':refunded',
    kind: "'refund'",
    status: "'succeeded'",
    amount,
    createdAt: `coalesce(${text('Refunded date (UTC)', 'Refunded date')}, ${created})`,
  });
}

/** A dispute that was won took nothing in the end; one that is still open holds the money. */
function disputedParts(columns: KnownColumns): readonly KnownReading[] {
  const { text, has } = columns;
  if (!has('Disputed Amount')) return [];
  const state = `lower(trim(${text('Dispute Status')}))`;
  return [
    part(columns, {
      suffix: ':disputed',
      kind: "'chargeback'",
      status: `CASE WHEN ${state} = 'lost' THEN 'succeeded' WHEN ${state} IN ('won', 'warning_closed') THEN 'canceled' ELSE 'pending' END`,
      amount: `storno_grouped(${text('Disputed Amount')})`,
      createdAt: `coalesce(${text('Dispute Date (UTC)')}, ${text('Created date (UTC)', 'Created (UTC)')})`,
    }),
  ];
}

interface Part {
  readonly suffix: string;
  readonly kind: string;
  readonly status: string;
  readonly amount: string;
  readonly createdAt: string;
}

function part(columns: KnownColumns, { suffix, kind, status, amount, createdAt }: Part): KnownReading {
  const { text, metadata } = columns;
  return {
    columns: {
      payment_id: `${text('id')} || '${suffix}'`,
      kind,
      parent_payment_id: text('id'),
      account_id: accountOf(columns),
      rental_id: metadata(...RENTAL_KEYS),
      status,
      amount,
      currency: text('Currency'),
      created_at: utc(createdAt, 'NULL'),
      purpose: metadata('purpose'),
      provider: "'stripe'",
    },
    where: `TRY_CAST(${amount} AS DECIMAL(30, 6)) > 0`,
    faults: [],
    drop: [...CHARGE_COLUMNS, 'Amount', 'Captured', 'Status'],
    keep: [],
    lacks: [],
  };
}

/** Keys under which operators keep their rental's id in a payment's metadata. */
const RENTAL_KEYS = ['rental_id', 'rental', 'trip_id', 'ride_id', 'booking_id', 'reservation_id', 'journey_id'];

function accountOf({ text, metadata }: Pick<KnownColumns, 'text' | 'metadata'>): string {
  return `coalesce(${metadata('account_id', 'customer_id', 'user_id')}, ${text('Customer ID', 'Customer')})`;
}

/** Reports leave the zone out of columns that are UTC by name. */
function utc(value: string, local: string): string {
  return `coalesce((${value}) || 'Z', ${local})`;
}

function choose(value: string, byName: Readonly<Record<string, string>>): string {
  const branches = Object.entries(byName).map(([name, choice]) => `WHEN '${name}' THEN '${choice}'`);
  return `CASE ${value} ${branches.join(' ')} END`;
}

function notPayment({ kind, value, what }: { readonly kind: string; readonly value: string; readonly what: string }) {
  return { when: `(${kind}) IS NULL`, column: 'kind', value, reason: `${what} {value} is not a customer's payment` };
}
