import type { BankEntry, BankStatement, StatusReport } from '../../core/fact/bank.ts';
import { toMajor } from '../../core/kernel/money.ts';
import { checkStatement, splitOf } from '../../core/remedy/check-statement.ts';
import { sayBreak } from './bank-rows.ts';
import type { Style } from './terminal.ts';

type Styled = (style: Style, text: string) => string;

const AMOUNT_WIDTH = 16;
/** A terminal is no place to read a statement line by line: `--json` has all of it. */
const ENTRIES_SHOWN = 30;

/** What it is, its balances, its entries, and whether it comes out even. */
export function statementText(statement: BankStatement, style: Styled): string {
  const { kind, version, statementId, account, from, to, isCopy, entries } = statement;
  const period = from === to ? (from ?? 'no period') : `${from ?? '…'} to ${to ?? '…'}`;
  const head = `  ${kind}.001.${version} ${statementId}, account ${account}, ${period}${isCopy ? ', a copy' : ''}`;
  const more = entries.length - ENTRIES_SHOWN;
  return [
    head,
    balanceLine('opening', statement),
    ...entries.slice(0, ENTRIES_SHOWN).map(entryLine),
    ...(more > 0 ? [`  … and ${more} more entries (--json shows all)`] : []),
    balanceLine('closing', statement),
    ...verdictLines(statement, style),
    '',
  ].join('\n');
}

function balanceLine(which: 'opening' | 'closing', statement: BankStatement): string {
  const balance = statement[which];
  if (balance === null) return `  no ${which} balance`;
  return `  ${balance.on}  ${toMajor(balance.amount).padStart(AMOUNT_WIDTH)} ${balance.amount.currency}  ${which}`;
}

function entryLine(entry: BankEntry): string {
  const { amount, bookedOn, status, transactions, batch } = entry;
  const sign = amount.amountMinor > 0n ? '+' : '';
  const said = [
    status === 'booked' ? [] : status,
    batch !== null && splitOf(entry) === 'sum_only' ? `sum of ${batch.count ?? 'some'} payments` : namesSaid(entry),
    transactions.flatMap(({ returnReason }) => (returnReason === null ? [] : `returned ${returnReason}`)),
  ].flat();
  const day = (bookedOn ?? '').padEnd('YYYY-MM-DD'.length);
  return `  ${day}  ${(sign + toMajor(amount)).padStart(AMOUNT_WIDTH)} ${amount.currency}  ${said.join(', ')}`.trimEnd();
}

function namesSaid({ transactions, bankRef, code }: BankEntry): string {
  const [first] = transactions;
  if (transactions.length > 1) return `${transactions.length} payments`;
  return first?.references.endToEndId ?? bankRef ?? code ?? '';
}

function verdictLines(statement: BankStatement, style: Styled): readonly string[] {
  const breaks = checkStatement(statement);
  if (breaks.length > 0) return breaks.map((found) => `  ${style('red', sayBreak(found))}`);
  const hasBalances = statement.opening !== null && statement.closing !== null;
  return [
    `  ${style('green', hasBalances ? 'Every cent is explained.' : 'Entries agree; there is no pair of balances.')}`,
  ];
}

/** What the bank answers, the whole before its parts. */
export function statusText(report: StatusReport, style: Styled): string {
  const lines = report.statuses.map(({ scope, paymentInformationId, endToEndId, instructionId, ...said }) => {
    const name = endToEndId ?? instructionId ?? paymentInformationId ?? report.originalMessageId;
    const colour = { accepted: 'green', rejected: 'red', pending: 'yellow' } as const;
    const reason = [said.code, said.reason ?? [], said.text === '' ? [] : said.text].flat().join(', ');
    return `  ${scope.padEnd(8)} ${name}: ${style(colour[said.status], said.status)} (${reason})`;
  });
  return [`  pain.002.001.${report.version} ${report.messageId}, answers ${report.originalKind}`, ...lines, ''].join(
    '\n',
  );
}
