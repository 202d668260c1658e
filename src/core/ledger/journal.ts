import { utcDayOf } from '../kernel/day.ts';
import { chartLineOf } from './chart.ts';
import type { Transfer } from './transfer.ts';

/** One line of a general-ledger journal: the form that accounting programs import. Two lines an entry. */
export interface JournalLine {
  /** Equal on both lines of an entry. */
  readonly entry: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string;
  readonly accountNumber: string;
  readonly accountName: string;
  /** In the asset's smallest unit; null on the other side. Exactly one of the two is set. */
  readonly debit: bigint | null;
  readonly credit: bigint | null;
  readonly asset: string;
  readonly text: string;
  readonly reference: string;
}

/** Account numbers of the operator's own chart by our line; lines that it leaves out keep our number. */
export type AccountNumbers = ReadonlyMap<string, string>;

/** Both lines of one transfer, debit first. */
export function journalLines(entry: Transfer, numbers: AccountNumbers): readonly [JournalLine, JournalLine] {
  const common = {
    entry: `${entry.kind}:${entry.sourceRef}`,
    date: utcDayOf(entry.happenedAt),
    asset: entry.asset,
    text: textOf(entry),
    reference: entry.accountId,
  };
  return [
    { ...common, ...numbered(entry.debit, numbers), debit: entry.amount, credit: null },
    { ...common, ...numbered(entry.credit, numbers), debit: null, credit: entry.amount },
  ];
}

/** What happened on one day between two lines of the chart, all customers together. */
export interface DaySum {
  readonly day: string;
  readonly kind: string;
  readonly debit: string;
  readonly credit: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly transfers: bigint;
}

/** The same by day: what an accountant books, who does not want a line for every ride. */
export function dayLines(sum: DaySum, numbers: AccountNumbers): readonly [JournalLine, JournalLine] {
  const common = {
    entry: `${sum.day}:${sum.kind}:${sum.debit}:${sum.credit}:${sum.asset}`,
    date: sum.day,
    asset: sum.asset,
    text: `${sayKind(sum.kind)}, ${sum.transfers} entries`,
    reference: sum.day,
  };
  return [
    { ...common, ...numbered(sum.debit, numbers), debit: sum.amount, credit: null },
    { ...common, ...numbered(sum.credit, numbers), debit: null, credit: sum.amount },
  ];
}

function numbered(ledgerAccount: string, numbers: AccountNumbers) {
  const line = chartLineOf(ledgerAccount);
  return {
    accountNumber: numbers.get(ledgerAccount) ?? line?.number ?? ledgerAccount,
    accountName: line?.name ?? ledgerAccount,
  };
}

function textOf(entry: Transfer): string {
  const corrected = entry.corrects === null ? '' : `, takes back ${entry.corrects}`;
  return `${sayKind(entry.kind)} ${entry.sourceRef}${corrected}`;
}

/** `rental_ended` as words: `rental ended`. */
function sayKind(kind: string): string {
  return kind.replaceAll('_', ' ');
}
