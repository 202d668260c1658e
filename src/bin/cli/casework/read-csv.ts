import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import type { Problem } from '../exit.ts';

export type Fields = Readonly<Record<string, string>>;

/** A row that is left out, and why. */
export interface RefusedRow {
  readonly line: number;
  readonly reason: string;
}

export interface ReadRows<T> {
  readonly rows: readonly T[];
  readonly refused: readonly RefusedRow[];
}

/** A million people or payments; more in one list is a mistake. */
const ROWS_MAX = 1_000_000;

/**
 * Reads a CSV file with a header row by row; `read` answers the row, or in words why it is none. A file without a
 * required column is refused whole.
 */
export async function readCsv<T>(
  path: string,
  { required, read }: { readonly required: readonly string[]; readonly read: (fields: Fields) => T | string },
): Promise<Result<ReadRows<T>, Problem>> {
  const refuse = (message: string) => fail({ kind: 'file_refused', file: path, message: `${path} ${message}` });
  const rows: T[] = [];
  const refused: RefusedRow[] = [];
  const parser = createReadStream(path).pipe(
    parse({ columns: true, bom: true, delimiter: [',', ';'], trim: true, info: true, relax_column_count: true }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Fields; info: { lines: number } }>) {
      const missing = required.filter((column) => !(column in record));
      if (missing.length > 0 && rows.length + refused.length === 0) {
        return refuse(`has no column ${missing.join(', ')}. It needs: ${required.join(', ')}.`);
      }
      if (rows.length + refused.length === ROWS_MAX) return refuse(`has more than ${ROWS_MAX} rows.`);
      const row = missing.length > 0 ? `has no ${missing.join(', ')}` : read(record);
      if (typeof row === 'string') refused.push({ line: info.lines, reason: row });
      else rows.push(row);
    }
  } catch (error) {
    return refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return ok({ rows, refused });
}
