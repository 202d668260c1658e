import { sayInstant } from '../../core/kernel/time.ts';
import { chartLineOf } from '../../core/ledger/chart.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { TrialBalance } from '../../core/ledger/trial-balance.ts';
import { sayAmount } from './books-rows.ts';
import type { Style } from './terminal.ts';

type Styled = (style: Style, text: string) => string;

const NAME_WIDTH = 40;
const AMOUNT_WIDTH = 18;

/** One table an asset: line of the chart, what was debited, what was credited, and the balance. */
export function balanceText(balances: readonly TrialBalance[], style: Styled): string {
  if (balances.length === 0) return 'The books are empty: nothing has been posted in this period.\n';
  return balances.map((balance) => tableOf(balance, style)).join('\n');
}

function tableOf({ asset, lines, debits, credits, isBalanced }: TrialBalance, style: Styled): string {
  const amount = (value: bigint) => sayAmount(value, asset).padStart(AMOUNT_WIDTH);
  const head = ['debited', 'credited', 'balance'].map((title) => title.padStart(AMOUNT_WIDTH)).join('');
  const rows = lines.map((line) => {
    const name = line.dimension === '' ? line.name : `${line.name} (${line.dimension})`;
    return `  ${name.padEnd(NAME_WIDTH)}${amount(line.debits)}${amount(line.credits)}${amount(line.balance)}`;
  });
  const verdict = isBalanced
    ? `${asset} balances.`
    : `${asset} DOES NOT BALANCE: debits and credits differ by ${sayAmount(debits - credits, asset)}. Stop charging and look.`;
  return [
    style('bold', verdict),
    style('dim', `  ${'line of the chart'.padEnd(NAME_WIDTH)}${head}`),
    ...rows,
    style('dim', `  ${'all'.padEnd(NAME_WIDTH)}${amount(debits)}${amount(credits)}`),
    '',
  ].join('\n');
}

/** Every entry that touches the customer's own lines, oldest first, with what he owes (or is owed) after it. */
export function statementText(accountId: string, entries: readonly Transfer[], style: Styled): string {
  if (entries.length === 0) return `Nothing has been posted for ${accountId} in this period.\n`;
  const balances = new Map<string, bigint>();
  const rows = entries.flatMap((entry) =>
    [moveOf(entry, 'debit'), moveOf(entry, 'credit')]
      .filter((move) => move.ledgerAccount.startsWith('account_'))
      .map(({ ledgerAccount, change }) => {
        const line = `${ledgerAccount} ${entry.asset}`;
        const balance = (balances.get(line) ?? 0n) + change;
        balances.set(line, balance);
        return rowOf(entry, { ledgerAccount, change, balance });
      }),
  );
  const head = `  ${'when'.padEnd(22)}${'what'.padEnd(34)}${'line'.padEnd(28)}${'change'.padStart(12)}${'balance'.padStart(14)}`;
  return [style('bold', `Statement of ${accountId}`), style('dim', head), ...rows, ''].join('\n');
}

/** What an entry does to the balance of one of its lines, on that line's normal side. */
function moveOf(entry: Transfer, side: 'debit' | 'credit') {
  const ledgerAccount = entry[side];
  const isNormal = chartLineOf(ledgerAccount)?.normalSide === side;
  return { ledgerAccount, change: isNormal ? entry.amount : -entry.amount };
}

interface Move {
  readonly ledgerAccount: string;
  readonly change: bigint;
  readonly balance: bigint;
}

function rowOf(entry: Transfer, { ledgerAccount, change, balance }: Move): string {
  const what = `${entry.kind.replaceAll('_', ' ')} ${entry.sourceRef}`;
  const signed = `${change > 0n ? '+' : ''}${sayAmount(change, entry.asset)}`;
  return [
    `  ${sayInstant(entry.happenedAt).padEnd(22)}`,
    what.padEnd(33),
    ' ',
    (chartLineOf(ledgerAccount)?.name ?? ledgerAccount).padEnd(28),
    signed.padStart(12),
    `${sayAmount(balance, entry.asset)} ${entry.asset}`.padStart(14),
  ].join('');
}
