import { canonicalText, type Json } from './canonical.ts';
import type { PackRow, PackRows } from './pack.ts';
import { minor, text, whole } from './read-rows.ts';

/**
 * The totals of an incident, each a list of groups with their counts and sums. They are computed twice, by the database
 * in SQL when the pack is made and from the rows by whoever verifies it, and must be equal.
 */
export interface Totals {
  readonly findings: readonly TotalRow[];
  readonly liabilities: readonly TotalRow[];
  readonly refunds: readonly TotalRow[];
  readonly lots: readonly TotalRow[];
  readonly letters: readonly TotalRow[];
  readonly complaints: readonly TotalRow[];
  /** Accounts that were charged wrongly, and those of them that never complained. */
  readonly accounts: readonly TotalRow[];
}

/** Names of a group, its `count`, and its sums as text. */
export type TotalRow = Readonly<Record<string, Json>>;

/** How each list is grouped and what is added up. */
export const TOTALS = {
  findings: {
    table: 'incident_finding',
    by: ['class', 'grade', 'currency'],
    sums: ['amount_minor', 'refund_due_minor'],
  },
  liabilities: {
    table: 'liability',
    by: ['kind', 'currency'],
    sums: [
      'owed_minor',
      'reserved_minor',
      'refunded_minor',
      'transferred_minor',
      'credited_minor',
      'elsewhere_minor',
      'unpayable_minor',
    ],
  },
  refunds: { table: 'refund', by: ['channel', 'state', 'currency'], sums: ['amount_minor'] },
  lots: { table: 'lot', by: ['market'], sums: ['minutes', 'remaining'] },
  letters: { table: 'letter', by: ['kind', 'state'], sums: [] },
  complaints: { table: 'complaint', by: [], sums: [] },
} as const satisfies Readonly<
  Record<string, { readonly table: keyof PackRows; readonly by: readonly string[]; readonly sums: readonly string[] }>
>;

export type TotalName = keyof typeof TOTALS;
export const TOTAL_NAMES = Object.keys(TOTALS) as readonly TotalName[];

export function totalsOf(rows: PackRows): Totals {
  const affected = new Set(rows.incident_finding.map((row) => text(row, 'account_id')).filter((id) => id !== ''));
  const complained = new Set(rows.complaint.map((row) => text(row, 'account_id')));
  const silent = [...affected].filter((accountId) => !complained.has(accountId)).length;
  const grouped = Object.fromEntries(TOTAL_NAMES.map((name) => [name, groupsOf(rows, name)]));
  return {
    ...(grouped as Readonly<Record<TotalName, readonly TotalRow[]>>),
    accounts: [{ affected: affected.size, silent }],
  };
}

function groupsOf(rows: PackRows, name: TotalName): readonly TotalRow[] {
  const { table, by, sums } = TOTALS[name];
  const groups = new Map<string, { readonly names: TotalRow; count: number; readonly sums: Map<string, bigint> }>();
  for (const row of rows[table]) {
    const names = Object.fromEntries(by.map((column) => [column, text(row, column)]));
    const key = canonicalText(names);
    const group = groups.get(key) ?? { names, count: 0, sums: new Map<string, bigint>() };
    group.count += 1;
    for (const column of sums) group.sums.set(column, (group.sums.get(column) ?? 0n) + amountIn(row, column));
    groups.set(key, group);
  }
  return inOrder(
    [...groups.values()].map((group) => ({
      ...group.names,
      count: group.count,
      ...Object.fromEntries([...group.sums].map(([column, sum]) => [column, String(sum)])),
    })),
  );
}

/** Minutes are whole numbers, money is text. */
function amountIn(row: PackRow, column: string): bigint {
  return typeof row[column] === 'number' ? BigInt(whole(row, column)) : minor(row, column);
}

export function inOrder(rows: readonly TotalRow[]): readonly TotalRow[] {
  return rows.toSorted((one, other) => (canonicalText(one) < canonicalText(other) ? -1 : 1));
}
