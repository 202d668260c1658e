import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { chartLineOf } from '../../core/ledger/chart.ts';
import { type AccountNumbers, dayLines, journalLines } from '../../core/ledger/journal.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import { trialBalances } from '../../core/ledger/trial-balance.ts';
import { openFolder } from '../../world/out/folder.ts';
import { writeCsv } from '../../world/out/write.ts';
import { type Books, type Period, readBooks } from '../../world/postgres/books.ts';
import { balanceAsJson, ENTRY_COLUMNS, entryRow, JOURNAL_COLUMNS, journalRow } from './books-rows.ts';
import { balanceText, statementText } from './books-text.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_CRASH, EXIT_DONE, type Problem } from './exit.ts';
import { withDatabase } from './open-database.ts';

export interface BooksOptions extends SpeechOptions {
  readonly from?: string;
  readonly to?: string;
  readonly database?: string;
}

export interface StatementOptions extends BooksOptions {
  readonly account: string;
}

export interface ExportOptions extends BooksOptions {
  readonly format: 'csv' | 'journal' | 'journal-days';
  readonly out: string;
  readonly chart?: string;
}

/** A query over all entries of an operator may take a while; it locks nothing. */
const STATEMENT_MS_MAX = 30 * 60_000;

/** `storno books balance`: one trial balance an asset. Answers 1 where books do not balance, which cannot be. */
export function runBalance(context: Context, options: BooksOptions): Promise<number> {
  return withBooks(context, options, null, async (books, period) => {
    const balances = trialBalances(await books.sums(period));
    const { terminal } = context;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(balances.map(balanceAsJson), null, 2)}\n`
        : balanceText(balances, terminal.style),
    );
    return balances.every((balance) => balance.isBalanced) ? EXIT_DONE : EXIT_CRASH;
  });
}

/** `storno books statement --account ID`: every entry of one customer, with the balance after it. */
export function runStatement(context: Context, options: StatementOptions): Promise<number> {
  return withBooks(context, options, options.account, async (books, period) => {
    const entries: Transfer[] = [];
    for await (const entry of books.transfers(period)) entries.push(entry);
    const { terminal } = context;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(entries.map(entryRow), null, 2)}\n`
        : statementText(options.account, entries, terminal.style),
    );
    return EXIT_DONE;
  });
}

/** `storno books export`: all entries as CSV, or a general-ledger journal for the accountant's program. */
export async function runExport(context: Context, options: ExportOptions): Promise<number> {
  const numbers = await readChart(options.chart);
  if (!numbers.ok) return refuse(context, options, [numbers.error]);
  const folder = openFolder(dirname(options.out));
  if (!folder.ok) return refuse(context, options, [{ ...folder.error, file: folder.error.folder }]);
  context.interrupts.onInterrupt(folder.value.discard);
  try {
    return await withBooks(context, options, null, async (books, period) => {
      const rows = rowsOf({ books, period, format: options.format, numbers: numbers.value });
      const columns = options.format === 'csv' ? ENTRY_COLUMNS : JOURNAL_COLUMNS;
      await writeCsv(folder.value.stage(basename(options.out)), columns, rows);
      const [path] = folder.value.commit();
      context.terminal.out(options.json === true ? `${JSON.stringify({ file: path })}\n` : `${path}\n`);
      return EXIT_DONE;
    });
  } finally {
    folder.value.discard();
  }
}

interface Wanted {
  readonly books: Books;
  readonly period: Period;
  readonly format: ExportOptions['format'];
  readonly numbers: AccountNumbers;
}

async function* rowsOf({ books, period, format, numbers }: Wanted): AsyncIterable<object> {
  if (format === 'journal-days') {
    for (const day of await books.daySums(period)) yield* dayLines(day, numbers).map(journalRow);
    return;
  }
  for await (const entry of books.transfers(period)) {
    if (format === 'csv') yield entryRow(entry);
    else yield* journalLines(entry, numbers).map(journalRow);
  }
}

function withBooks(
  context: Context,
  options: BooksOptions,
  accountId: string | null,
  work: (books: Books, period: Period) => Promise<number>,
): Promise<number> {
  const from = instantOf(options.from);
  const to = instantOf(options.to);
  if (Number.isNaN(from) || Number.isNaN(to)) {
    const message = '--from and --to are days or times such as 2026-11-01 or 2026-11-01T00:00:00Z.';
    return Promise.resolve(refuse(context, options, [{ kind: 'usage', file: null, message }]));
  }
  return withDatabase(context, { url: options.database ?? null, options }, (database) =>
    work(
      readBooks(database.openPool({ role: 'storno_auditor', connectionsMax: 1, statementMsMax: STATEMENT_MS_MAX })),
      { from, to, accountId },
    ),
  );
}

/** A day is its midnight UTC; NaN where it is neither day nor time with a zone. */
function instantOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^\d{4}-\d\d-\d\d(?:T.+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** The operator's own account numbers: `{"house_revenue": "8400", …}`. */
async function readChart(path: string | undefined): Promise<Result<AccountNumbers, Problem>> {
  if (path === undefined) return ok(new Map());
  const refused = (why: string) => fail({ kind: 'chart_invalid', file: path, message: `${path} ${why}` });
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof read !== 'object' || read === null || Array.isArray(read)) {
      return refused('must be one object: {"house_revenue": "8400"}.');
    }
    const entries = Object.entries(read);
    const unknown = entries.find(([name, number]) => chartLineOf(name) === null || typeof number !== 'string');
    if (unknown === undefined) return ok(new Map(entries));
    return refused(`says ${JSON.stringify(unknown[0])}: names are lines of our chart, numbers are texts.`);
  } catch (error) {
    return refused(`cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
