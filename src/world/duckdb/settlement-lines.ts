import type { Settlement } from '../../core/fact/settlement.ts';
import { money } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Refusal } from '../../flow/ports.ts';
import { FAULT_CODE_FIRST } from './declare/reject.ts';
import { declareFacts } from './declare.ts';
import { type Database, MEMORY_LIMIT, openDatabase, queryRows } from './open.ts';
import { readSettled } from './settle.ts';

/** Reports of some hundred thousand lines are read in seconds. */
const THREADS = 2;
const LINES_MAX = 1_000_000;

/**
 * All payments in provider reports, as a scan recognises them: Stripe balance change and payout reconciliation, Adyen
 * settlement detail, PayPal activity, or files of our own form. A line that cannot be read refuses its files; one
 * that is no payment, a payout or a fee, is left out. `timeZone` is that of times without one; null refuses them.
 */
export async function readSettlementLines(
  files: readonly string[],
  timeZone: string | null,
): Promise<Result<readonly Settlement[], readonly Refusal[]>> {
  const database = await openDatabase({ memoryLimit: MEMORY_LIMIT, threads: THREADS, spillFolder: null });
  try {
    // A scan needs payments; the same reports hold both.
    const sources = { files: { payments: files, settlements: files }, map: null, timeZone };
    const declared = await declareFacts(database, sources);
    if (!declared.ok) return declared;
    return await readSettled(database, declared.value, () => readRows(database, files));
  } finally {
    database.close();
  }
}

async function readRows(
  database: Database,
  files: readonly string[],
): Promise<Result<readonly Settlement[], readonly Refusal[]>> {
  const [[unread = 0n, count = 0n] = []] = (await queryRows(
    database,
    `select count(*) filter (reject between 1 and ${FAULT_CODE_FIRST - 1}),
      count(*) from settlements_row`,
  )) as readonly (readonly bigint[])[];
  if (unread > 0n)
    return fail([refusal(files, `lines that cannot be read: ${unread}. storno scan --settlements lists them.`)]);
  if (count > LINES_MAX) return fail([refusal(files, `${count} lines are more than ${LINES_MAX}: give one month.`)]);
  const rows = (await queryRows(
    database,
    `select distinct line_id, payment_id, amount_minor::varchar, currency, booked_at::varchar
      from settlements_row where reject = 0 order by all`,
  )) as readonly (readonly string[])[];
  const ids = new Set(rows.map(([lineId]) => lineId));
  if (ids.size < rows.length) return fail([refusal(files, 'two lines of one id differ. Fetch the reports again.')]);
  return ok(rows.map(lineOf));
}

function lineOf([
  lineId = '',
  paymentId = '',
  amountMinor = '0',
  currency = '',
  bookedAt = '0',
]: readonly string[]): Settlement {
  return {
    lineId,
    paymentId,
    amount: money(BigInt(amountMinor), currency),
    bookedAt: Number(bookedAt),
    file: null,
    attributes: {},
  };
}

function refusal(files: readonly string[], what: string): Refusal {
  return { file: files.join(' '), kind: 'unreadable', message: `${files.join(', ')}: ${what}` };
}
