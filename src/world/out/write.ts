import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { assert } from '../../core/kernel/assert.ts';
import { guardFormula } from './cell.ts';

/** So much text goes to the file at once: a piece a row costs four times as much as the row itself. */
const PIECE_LENGTH = 1 << 16;

/**
 * Writes rows as CSV: RFC 4180 with `\n`, UTF-8 without BOM, header always, empty for null, formulas guarded.
 * Streams, so that a million rejected rows need no memory.
 */
export async function writeCsv(
  path: string,
  columns: readonly string[],
  rows: Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  await pipeline(csvPieces(columns, rows), createWriteStream(path));
}

async function* csvPieces(
  columns: readonly string[],
  rows: Iterable<object> | AsyncIterable<object>,
): AsyncIterable<string> {
  let piece = `${columns.map(csvCell).join(',')}\n`;
  for await (const row of rows) {
    let separator = '';
    for (const column of columns) {
      piece += separator + csvCell((row as Readonly<Record<string, unknown>>)[column]);
      separator = ',';
    }
    piece += '\n';
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** What must stand in quotes: RFC 4180 §2.6. */
const QUOTED = /[",\r\n]/;

function csvCell(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  assert(typeof cell === 'string', `a cell holds ${typeof cell}`);
  const text = guardFormula(cell);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One value as indented JSON with a newline at the end. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
