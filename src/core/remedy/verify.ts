import { fileOf, PACK_TABLE_NAMES, PACK_TABLES, type PackRow, type PackRows, type PackTable } from './proof/pack.ts';
import { readRows } from './proof/read-rows.ts';
import { checkApprovals } from './verify/approval.ts';
import { checkBank } from './verify/bank.ts';
import { checkBooks } from './verify/books.ts';
import { type Check, check, type Verifying } from './verify/check.ts';
import { checkLog } from './verify/log.ts';
import { checkManifest } from './verify/manifest.ts';
import { checkMoney } from './verify/money.ts';
import { checkScope } from './verify/scope.ts';
import { checkSummary } from './verify/summary.ts';

/**
 * Recomputes everything that a pack claims, from the pack alone. Where files or rows are not what the manifest says,
 * nothing further is looked at: whatever was made of them would be said of something else.
 */
export function verifyPack(verifying: Verifying): readonly Check[] {
  const container = checkManifest(verifying);
  const read = readTables(verifying.files);
  const rows = check('rows have the columns of their tables', read.faults, `${read.count} rows`);
  const first = [...container, rows];
  if (first.some(({ passed }) => !passed) || read.rows === null) return first;
  return [
    ...first,
    ...checkScope(read.rows, verifying.tools.digest),
    ...checkApprovals(read.rows, verifying.tools.digest),
    ...checkMoney(read.rows),
    ...checkBooks(read.rows),
    ...checkBank(read.rows),
    ...checkLog(read.rows, verifying),
    ...checkSummary(read.rows, verifying.files),
  ];
}

interface ReadTables {
  readonly rows: PackRows | null;
  readonly faults: readonly string[];
  readonly count: number;
}

function readTables(files: Verifying['files']): ReadTables {
  const faults: string[] = [];
  const tables: Partial<Record<PackTable, readonly PackRow[]>> = {};
  let count = 0;
  for (const table of PACK_TABLE_NAMES) {
    const name = fileOf(table);
    const text = files.get(name)?.text ?? null;
    const rows = text === null ? 'it is missing, or no text' : readRows(text, PACK_TABLES[table]);
    if (typeof rows === 'string') faults.push(`${name}: ${rows}`);
    else {
      tables[table] = rows;
      count += rows.length;
    }
  }
  return { rows: faults.length === 0 ? (tables as PackRows) : null, faults, count };
}
