import { exponentOf } from '../../core/kernel/currency.ts';
import { money, toMajor } from '../../core/kernel/money.ts';
import { toRfc3339 } from '../../core/kernel/time.ts';
import type { JournalLine } from '../../core/ledger/journal.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { TrialBalance } from '../../core/ledger/trial-balance.ts';

/** Money in major units, minutes as they are. */
export function sayAmount(amount: bigint, asset: string): string {
  return exponentOf(asset) === null ? String(amount) : toMajor(money(amount, asset));
}

export const ENTRY_COLUMNS = [
  'happened_at',
  'account_id',
  'kind',
  'source_ref',
  'debit',
  'credit',
  'dimension',
  'asset',
  'amount',
  'corrects',
] as const satisfies readonly (keyof ReturnType<typeof entryRow>)[];

export const JOURNAL_COLUMNS = [
  'date',
  'entry',
  'account_number',
  'account_name',
  'debit',
  'credit',
  'currency',
  'text',
  'reference',
] as const satisfies readonly (keyof ReturnType<typeof journalRow>)[];

/** One entry as it stands in the books: a row of the export. */
export function entryRow(entry: Transfer) {
  return {
    happened_at: toRfc3339(entry.happenedAt),
    account_id: entry.accountId,
    kind: entry.kind,
    source_ref: entry.sourceRef,
    debit: entry.debit,
    credit: entry.credit,
    dimension: entry.dimension,
    asset: entry.asset,
    amount: sayAmount(entry.amount, entry.asset),
    corrects: entry.corrects ?? '',
  };
}

export function journalRow(line: JournalLine) {
  const side = (amount: bigint | null) => (amount === null ? '' : sayAmount(amount, line.asset));
  return {
    date: line.date,
    entry: line.entry,
    account_number: line.accountNumber,
    account_name: line.accountName,
    debit: side(line.debit),
    credit: side(line.credit),
    currency: line.asset,
    text: line.text,
    reference: line.reference,
  };
}

export function balanceAsJson({ asset, lines, debits, credits, isBalanced }: TrialBalance) {
  return {
    asset,
    is_balanced: isBalanced,
    debits: sayAmount(debits, asset),
    credits: sayAmount(credits, asset),
    lines: lines.map((line) => ({
      ledger_account: line.ledgerAccount,
      name: line.name,
      dimension: line.dimension,
      debits: sayAmount(line.debits, asset),
      credits: sayAmount(line.credits, asset),
      balance: sayAmount(line.balance, asset),
      normal_side: line.normalSide,
    })),
  };
}
