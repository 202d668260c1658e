import type { LedgerAccount } from './transfer.ts';

export type Side = 'debit' | 'credit';

/** One line of the chart of accounts as an accountant knows it. */
export interface ChartLine {
  readonly ledgerAccount: LedgerAccount;
  /** The side on which the line usually stands: assets and costs debit, debts and income credit. */
  readonly normalSide: Side;
  /** The number under which the journal is exported unless the operator's own chart says another. */
  readonly number: string;
  readonly name: string;
  /** Whether a transfer's dimension is a part of this line: the clearing line of each provider stands by itself. */
  readonly isPerProvider: boolean;
}

const PER_PROVIDER: readonly LedgerAccount[] = [
  'house_clearing',
  'house_provider',
  'house_disputed',
  'house_bank',
  'house_provider_fees',
];

/**
 * The chart, in the order in which a trial balance shows it: assets, debts, income and costs, then minutes. The numbers
 * are ours, in the usual four classes; an operator maps them to his own chart when he exports.
 */
export const CHART: readonly ChartLine[] = [
  line('account_receivable', 'debit', '1200', 'Receivable from customers'),
  line('house_clearing', 'debit', '1360', 'Captured, on its way to the provider'),
  line('house_provider', 'debit', '1365', 'Held by the provider'),
  line('house_disputed', 'debit', '1370', 'Taken back by customers’ banks'),
  line('house_bank', 'debit', '1800', 'Bank'),
  line('account_payable', 'credit', '3300', 'Owed to customers'),
  line('account_credit', 'credit', '3310', 'Credit that customers may drive off'),
  line('house_vat', 'credit', '3800', 'VAT collected'),
  line('house_revenue', 'credit', '4400', 'Rentals, net of VAT'),
  line('house_provider_fees', 'debit', '6855', 'Fees of the provider'),
  line('house_written_off', 'debit', '6930', 'Written off'),
  line('house_wrongly_charged', 'debit', '6940', 'Wrongly charged outside these books'),
  line('house_goodwill', 'debit', '6950', 'Money given beyond what was owed'),
  line('house_minutes_granted', 'debit', '9010', 'Free minutes given'),
  line('account_minutes', 'credit', '9020', 'Free minutes open'),
  line('house_minutes_used', 'credit', '9030', 'Free minutes driven'),
  line('house_minutes_expired', 'credit', '9040', 'Free minutes lapsed'),
];

function line(ledgerAccount: LedgerAccount, normalSide: Side, number: string, name: string): ChartLine {
  return { ledgerAccount, normalSide, number, name, isPerProvider: PER_PROVIDER.includes(ledgerAccount) };
}

const BY_ACCOUNT: ReadonlyMap<string, ChartLine> = new Map(CHART.map((one) => [one.ledgerAccount, one]));

/** Null for a line that the chart does not have. */
export function chartLineOf(ledgerAccount: string): ChartLine | null {
  return BY_ACCOUNT.get(ledgerAccount) ?? null;
}

/** Where a line stands in the chart: for sorting. */
export function chartOrderOf(ledgerAccount: string): number {
  return CHART.findIndex((one) => one.ledgerAccount === ledgerAccount);
}
