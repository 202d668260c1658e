import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { assert } from '../../core/kernel/assert.ts';
import type { Unfit } from '../../core/remedy/finding.ts';
import { type ImportCounts, REJECTED_VALUE_LENGTH_MAX, type RejectedRow } from '../../core/remedy/import.ts';
import type { Archive } from '../ports.ts';

/**
 * Facts that were read well but cannot be judged become rejected rows, at the place in the file from which they came.
 * In order of file and line.
 */
export async function locateUnfit(archive: Archive, unfit: readonly Unfit[]): Promise<readonly RejectedRow[]> {
  const rows: RejectedRow[] = [];
  for (const fact of FACT_KINDS) {
    const ofFact = unfit.filter((one) => one.fact === fact);
    if (ofFact.length === 0) continue;
    const places = await archive.locate(
      fact,
      ofFact.map(({ id }) => id),
    );
    for (const one of ofFact) {
      const place = places.get(one.id);
      assert(place !== undefined, `${fact} ${one.id} cannot be judged, and its row cannot be found either`);
      rows.push({
        file: place.file,
        line: place.line,
        column: one.column,
        value: one.value.slice(0, REJECTED_VALUE_LENGTH_MAX),
        reason: one.reason,
      });
    }
  }
  return rows.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : one.line - other.line));
}

/** Each unfit fact was counted as used and now counts as rejected: read = used + repeated + rejected still holds. */
export function recount(counts: ImportCounts, unfit: readonly Unfit[]): ImportCounts {
  const recounted: Partial<Record<FactKind, ImportCounts[FactKind]>> = { ...counts };
  for (const { fact } of unfit) {
    const of = recounted[fact];
    assert(of !== undefined && of.used > 0, `${fact} has a row that cannot be judged but none that was used`);
    recounted[fact] = { ...of, used: of.used - 1, rejected: of.rejected + 1 };
  }
  for (const fact of FACT_KINDS) {
    const of = recounted[fact];
    if (of === undefined) continue;
    assert(of.read === of.used + of.repeated + of.rejected, `the rows of ${fact} do not add up: ${JSON.stringify(of)}`);
  }
  return recounted as ImportCounts;
}

/** Puts the unfit rows among the rejected ones, file by file and line by line; those of other files come last. */
export async function* mergeRejected(
  rejected: AsyncIterable<RejectedRow>,
  unfit: readonly RejectedRow[],
): AsyncGenerator<RejectedRow> {
  const waiting = [...unfit];
  let file: string | null = null;
  for await (const row of rejected) {
    if (file !== null && file !== row.file) yield* takeUpTo(waiting, file, Number.POSITIVE_INFINITY);
    file = row.file;
    yield* takeUpTo(waiting, file, row.line);
    yield row;
  }
  if (file !== null) yield* takeUpTo(waiting, file, Number.POSITIVE_INFINITY);
  yield* waiting;
}

/** Removes and answers the waiting rows of the file up to the line; `waiting` is in order of file and line. */
function takeUpTo(waiting: RejectedRow[], file: string, line: number): readonly RejectedRow[] {
  const first = waiting.findIndex((row) => row.file === file);
  if (first === -1) return [];
  const end = waiting.findIndex((row, index) => index >= first && (row.file !== file || row.line > line));
  return waiting.splice(first, (end === -1 ? waiting.length : end) - first);
}
