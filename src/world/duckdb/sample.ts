import type { FactKind } from '../../core/fact/fact.ts';
import type { RowCounts } from '../../core/remedy/import.ts';

/** Up to so many rows of a fact its attributes are counted in full; they are then counted within a second. */
const COUNTED_ALL_MAX = 1_000_000;

/**
 * Of more rows at least so many are counted, at most twice as many: a share of one in a hundred is then right to a
 * fiftieth of itself.
 */
const SAMPLED_MIN = 250_000;

/**
 * One row in so many tells how the attributes of a fact are spread; null where all are counted. Which rows that are
 * follows from the hashes of their ids, so the same files give the same figures, and rows that stand together in a file
 * (a batch) are as likely to be among them as any.
 */
export function samplePart(
  fact: FactKind,
  { counts }: { readonly counts: ReadonlyMap<FactKind, RowCounts> },
): number | null {
  const rows = counts.get(fact)?.used ?? 0;
  // Bank lines are no base for anything.
  if (fact === 'settlements' || rows <= COUNTED_ALL_MAX) return null;
  return 2 ** Math.floor(Math.log2(rows / SAMPLED_MIN));
}

/** Whether a row with that hash of its id belongs to the sample, as SQL. */
export function isSampledSql(hash: string, part: number): string {
  return `${hash} % ${part} = 0`;
}
