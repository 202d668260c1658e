import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { guardFormula } from './cell.ts';

/**
 * Writes rows as CSV: RFC 4180 with `\n`, UTF-8 without BOM, header always, empty for null, formulas guarded.
 * Streams, so that a million rejected rows need no memory.
 */
export async function writeCsv(
  path: string,
  columns: readonly string[],
  rows: Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  const text = stringify({ header: true, columns: [...columns], cast: { string: guardFormula } });
  await pipeline(rows, text, createWriteStream(path));
}

/** One value as indented JSON with a newline at the end. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
