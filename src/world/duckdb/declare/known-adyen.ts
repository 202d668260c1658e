import type { KnownColumns, KnownExport, KnownReading } from './known-export.ts';

/**
 * Adyen's settlement detail report: one line for each booking of a batch, debit and credit in columns of their own,
 * the clock's zone beside the time. `Psp Reference` is the payment, `Modification Reference` the refund or dispute.
 * Source: https://docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report
 */
export const ADYEN_SETTLEMENT_DETAIL: KnownExport = {
  name: 'Adyen settlement detail report',
  needs: [
    'psp reference',
    'merchant reference',
    'type',
    'creation date',
    'timezone',
    'gross currency',
    'gross debit (gc)',
    'gross credit (gc)',
  ],
  facts: { payments: (columns) => [payments(columns)], settlements: (columns) => [settlements(columns)] },
};

const KINDS: readonly (readonly [kind: string, types: readonly string[]])[] = [
  ['charge', ['settled', 'settledbulk', 'sentforsettle', 'settledinstallment']],
  ['refund', ['refunded', 'refundedbulk', 'sentforrefund', 'paidout']],
  ['chargeback', ['chargeback', 'secondchargeback', 'chargebackexternallywithinfo']],
  ['chargeback_reversal', ['chargebackreversed', 'refundedreversed', 'refundfailed', 'prearbitrationwon']],
];

function kindOf({ text }: KnownColumns): string {
  const branches = KINDS.map(
    ([kind, types]) =>
      `WHEN lower(trim(${text('Type')})) IN (${types.map((each) => `'${each}'`).join(', ')}) THEN '${kind}'`,
  );
  return `CASE ${branches.join(' ')} END`;
}

function notPayment(columns: KnownColumns) {
  return {
    when: `(${kindOf(columns)}) IS NULL`,
    column: 'kind',
    value: columns.text('Type'),
    reason: "Type {value} is not a customer's payment",
  };
}

function payments(columns: KnownColumns): KnownReading {
  const { text } = columns;
  const kind = kindOf(columns);
  const [debit, credit] = [text('Gross Debit (GC)'), text('Gross Credit (GC)')];
  return {
    columns: {
      payment_id: `CASE WHEN ${kind} = 'charge' THEN ${text('Psp Reference')} ELSE coalesce(${text('Modification Reference')}, ${text('Psp Reference')} || ':' || ${text('Type')}) END`,
      kind,
      parent_payment_id: `CASE WHEN ${kind} <> 'charge' THEN ${text('Psp Reference')} END`,
      account_id: text('Shopper Reference'),
      rental_id: text('Merchant Reference'),
      status: "'succeeded'",
      amount: `CASE WHEN ${kind} IN ('charge', 'chargeback_reversal') THEN ${credit} ELSE ${debit} END`,
      currency: text('Gross Currency'),
      created_at: { local: text('Creation Date'), zone: text('TimeZone') },
      provider: "'adyen'",
    },
    where: null,
    faults: [notPayment(columns)],
    drop: RESERVED,
    keep: ['Type', 'TimeZone'],
    lacks: [],
  };
}

function settlements(columns: KnownColumns): KnownReading {
  const { text } = columns;
  return {
    columns: {
      line_id: `concat_ws(':', ${['Psp Reference', 'Modification Reference', 'Type', 'Batch Number'].map((name) => text(name)).join(', ')})`,
      payment_id: text('Psp Reference'),
      amount: `coalesce(${text('Gross Credit (GC)')}, storno_negate(${text('Gross Debit (GC)')}))`,
      currency: text('Gross Currency'),
      booked_at: { local: text('Booking Date', 'Creation Date'), zone: text('Booking Date TimeZone', 'TimeZone') },
      file: text('Batch Number'),
    },
    where: null,
    faults: [notPayment(columns)],
    drop: RESERVED,
    keep: ['Type', 'Merchant Reference', 'Modification Reference'],
    lacks: [],
  };
}

const RESERVED = ['Reserved4', 'Reserved5', 'Reserved6', 'Reserved7', 'Reserved8', 'Reserved9', 'Reserved10'];
