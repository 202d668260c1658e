import { sayInstant } from '../../core/kernel/time.ts';
import { chartLineOf } from '../../core/ledger/chart.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { TrialBalance } from '../../core/ledger/trial-balance.ts';
import { sayAmount } from './books-rows.ts';
import type { Style } from './terminal.ts';

type Styled = (style: Style, text: string) => string;

const AMOUNT_WIDTH = 18;

/** One table an asset: line of the chart, what was debited, what was credited, and the balance. */
export function balanceText(balances: readonly TrialBalance[], style: Styled): string {
  if (balances.length === 0) return 'The books are empty: nothing has been posted in this period.\n';
  return balances.map((balance) => tableOf(balance, style)).join('\n');
}

function tableOf({ asset, lines, debits, credits, isBalanced }: TrialBalance, style: Styled): string {
  const amount = (value: bigint) => sayAmount(value, asset).padStart(AMOUNT_WIDTH);
  const head = ['debited', 'credited', 'balance'].map((title) => title.padStart(AMOUNT_WIDTH)).join('');
  const names = lines.map(({ name, dimension }) => (dimension === '' ? name : `${name} (${dimension})`));
  const width = widthOf(['line of the chart', ...names]);
  const rows = lines.map((line, at) => {
    const name = (names[at] ?? '').padEnd(width);
    return `  ${name}${amount(line.debits)}${amount(line.credits)}${amount(line.balance)}`;
  });
  const verdict = isBalanced
    ? `${asset} balances.`
    : `${asset} DOES NOT BALANCE: debits and credits differ by ${sayAmount(debits - credits, asset)}. Stop charging and look.`;
  return [
    style('bold', verdict),
    style('dim', `  ${'line of the chart'.padEnd(width)}${head}`),
    ...rows,
    style('dim', `  ${'all'.padEnd(width)}${amount(debits)}${amount(credits)}`),
    '',
  ].join('\n');
}

/** Every entry that touches the customer's own lines, oldest first, with what he owes (or is owed) after it. */
export function statementText(accountId: string, entries: readonly Transfer[], style: Styled): string {
  if (entries.length === 0) return `Nothing has been posted for ${accountId} in this period.\n`;
  const balances = new Map<string, bigint>();
  const rows = entries.flatMap((entry) =>
    (['debit', 'credit'] as const)
      .filter((side) => entry[side].startsWith('account_'))
      .map((side) => cellsOf(entry, side, balances)),
  );
  const head = ['when', 'what', 'line', 'change', 'balance'];
  const widths = head.map((title, column) => widthOf([title, ...rows.map((cells) => cells[column] ?? '')]));
  const lineOf = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => (column < FIRST_AMOUNT ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`;
  return [style('bold', `Statement of ${accountId}`), style('dim', lineOf(head)), ...rows.map(lineOf), ''].join('\n');
}

/** Amounts stand to the right. */
const FIRST_AMOUNT = 3;

/** What an entry does to one of its lines, on that line's normal side. */
function cellsOf(entry: Transfer, side: 'debit' | 'credit', balances: Map<string, bigint>): readonly string[] {
  const chartLine = chartLineOf(entry[side]);
  const change = chartLine?.normalSide === side ? entry.amount : -entry.amount;
  const line = `${entry[side]} ${entry.asset}`;
  const balance = (balances.get(line) ?? 0n) + change;
  balances.set(line, balance);
  return [
    sayInstant(entry.happenedAt),
    `${entry.kind.replaceAll('_', ' ')} ${entry.sourceRef}`,
    chartLine?.name ?? entry[side],
    `${change > 0n ? '+' : ''}${sayAmount(change, entry.asset)}`,
    `${sayAmount(balance, entry.asset)} ${entry.asset}`,
  ];
}

function widthOf(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
