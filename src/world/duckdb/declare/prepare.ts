import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import type { Refusal } from '../../../flow/ports.ts';
import type { Database } from '../open.ts';
import { type FoundFile, refuse } from './files.ts';
import { readCsvHeader } from './header.ts';
import { spreadJson } from './json.ts';
import type { TextShape } from './records.ts';
import { cleanText, HEAD_BYTES, readHead, stagedPath, unpack } from './stage.ts';
import { isPlainText } from './survey.ts';
import { csvTable, jsonKeys, KEY_LINES_MAX, ndjsonTable, parquetTable, type Table } from './table.ts';

/** A file that can be read, and how: from where it lies wherever possible. */
export interface PreparedFile {
  readonly found: FoundFile;
  readonly table: Table;
  /** What DuckDB reads: the file itself, or what was unpacked, spread or cleaned from it. */
  readonly readPath: string;
  readonly text: PreparedText | null;
  /** Columns that the header names twice; the second is called `name_2`. */
  readonly repeated: readonly string[];
  readonly notes: readonly string[];
}

/** How to find the lines of a text again. */
export interface PreparedText {
  /** The text with all its faults: line numbers are counted here. */
  readonly path: string;
  readonly shape: TextShape;
  /** Lines of the objects of a JSON document, which was spread out; else null. */
  readonly objectLines: readonly number[] | null;
  /** Records that were left out of `readPath`, or null where it is the text itself. */
  readonly left: number | null;
}

export async function prepareFile(database: Database, found: FoundFile): Promise<Result<PreparedFile, Refusal>> {
  const head = readHead(found.path, HEAD_BYTES);
  if (isGzip(head)) return prepareGzip(database, found);
  if (startsWith(head, 'PAR1')) return prepareParquet(database, found);
  return prepareText({ database, found, path: found.path });
}

async function prepareGzip(database: Database, found: FoundFile): Promise<Result<PreparedFile, Refusal>> {
  const unpacked = await unpack(found.path, database.folder);
  if (unpacked.ok) return prepareText({ database, found, path: unpacked.value });
  const isDamaged = !unpacked.error.startsWith('ENOSPC');
  const what = isDamaged
    ? `is a damaged gzip file (${unpacked.error}). Copy or export it again`
    : `cannot be unpacked: no room is left in ${database.folder}. Unpack it elsewhere and give the text`;
  return fail(refuse('unreadable', found.path, what));
}

async function prepareParquet(database: Database, found: FoundFile): Promise<Result<PreparedFile, Refusal>> {
  try {
    const table = await parquetTable(database, found.path);
    return ok({ found, table, readPath: found.path, text: null, repeated: [], notes: [] });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return fail(refuse('unreadable', found.path, `is a damaged Parquet file (${why}). Copy or export it again`));
  }
}

interface TextFile {
  readonly database: Database;
  readonly found: FoundFile;
  /** Where the text lies, unpacked. */
  readonly path: string;
}

async function prepareText(file: TextFile): Promise<Result<PreparedFile, Refusal>> {
  const head = readHead(file.path, HEAD_BYTES);
  const what = notText(head);
  if (what !== null) return fail(refuse(what.kind, file.found.path, what.message));
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  const first = text.trimStart()[0];
  if (first === undefined)
    return fail(
      refuse(
        'empty',
        file.found.path,
        'holds nothing but blanks: the export wrote nothing. Export it again, or leave the file out',
      ),
    );
  if (first === '[' || (first === '{' && !isLineOfJson(text))) return prepareJson(file);
  return first === '{' ? prepareNdjson(file) : prepareCsv(file, text);
}

function notText(head: Buffer): { readonly kind: Refusal['kind']; readonly message: string } | null {
  if (startsWith(head, '\xff\xfe') || startsWith(head, '\xfe\xff')) {
    return { kind: 'binary', message: 'is UTF-16 text. Save it as UTF-8 (in Excel: "CSV UTF-8")' };
  }
  if (startsWith(head, 'PK\x03\x04')) {
    return {
      kind: 'binary',
      message: 'is a ZIP archive or an Excel workbook. Unpack it, or save the sheet as "CSV UTF-8"',
    };
  }
  const isBinary =
    head.subarray(0, 65_536).includes(0) || startsWith(head, '\x28\xb5\x2f\xfd') || startsWith(head, '%PDF');
  return isBinary
    ? { kind: 'binary', message: 'is not text, and neither Parquet nor gzip. Export it as CSV, NDJSON or Parquet' }
    : null;
}

/** NDJSON begins with a line that is a whole object; a document does not, or it is that one line. */
function isLineOfJson(text: string): boolean {
  const [line = '', ...others] = text.trimStart().split('\n', 2);
  try {
    const value: unknown = JSON.parse(line);
    const holdsRows = typeof value === 'object' && value !== null && 'data' in value && typeof value.data === 'object';
    return !holdsRows || others.some((each) => each.trim() !== '');
  } catch {
    // A first line that is damaged, or too long for the head, is one damaged row if the second begins an object too.
    return others.some((each) => each.trimStart().startsWith('{"'));
  }
}

async function prepareJson({ database, found, path }: TextFile): Promise<Result<PreparedFile, Refusal>> {
  const target = stagedPath(database.folder, 'ndjson');
  const spread = await spreadJson(path, target);
  if (spread.problem !== null) {
    return fail(refuse('unreadable', found.path, `is damaged JSON: ${spread.problem}. Export it again`));
  }
  const isPlain = await isPlainText(target, null);
  const shape = { delimiter: null, fields: 1, headerLines: 0 };
  const cleaned = isPlain ? null : await cleanText(target, shape, database.folder);
  const readPath = cleaned?.path ?? target;
  const keys = await jsonKeys(database, readPath);
  return ok({
    found,
    table: ndjsonTable('json', keys),
    readPath,
    text: { path: target, shape, objectLines: spread.lines, left: cleaned?.left ?? null },
    repeated: [],
    notes: [],
  });
}

async function prepareNdjson({ database, found, path }: TextFile): Promise<Result<PreparedFile, Refusal>> {
  const shape = { delimiter: null, fields: 1, headerLines: 0 };
  const isPlain = await isPlainText(path, null);
  const cleaned = isPlain ? null : await cleanText(path, shape, database.folder);
  const readPath = cleaned?.path ?? path;
  const keys = await jsonKeys(database, readPath);
  const notes =
    found.bytes > NOTE_BYTES
      ? [`${found.path}: further columns were looked for in its first ${KEY_LINES_MAX} lines`]
      : [];
  return ok({
    found,
    table: ndjsonTable('ndjson', keys),
    readPath,
    text: { path, shape, objectLines: null, left: cleaned?.left ?? null },
    repeated: [],
    notes,
  });
}

/** A line is seldom shorter than 30 bytes: smaller files were read whole. */
const NOTE_BYTES = KEY_LINES_MAX * 30;

async function prepareCsv({ database, found, path }: TextFile, head: string): Promise<Result<PreparedFile, Refusal>> {
  const header = readCsvHeader(head);
  if (header === null)
    return fail(refuse('empty', found.path, 'holds no header and no rows. Export it again, or leave the file out'));
  const { shape, names, repeated } = header;
  const isPlain = shape.headerLines === 1 && (await isPlainText(path, shape.delimiter));
  const cleaned = isPlain ? null : await cleanText(path, shape, database.folder);
  const read = cleaned === null ? shape : { ...shape, headerLines: 0 };
  return ok({
    found,
    table: csvTable({ shape: read, names, order: cleaned?.spansLines === true ? 'sequential' : 'parallel' }),
    readPath: cleaned?.path ?? path,
    text: { path, shape, objectLines: null, left: cleaned?.left ?? null },
    repeated,
    notes: [],
  });
}

/** Once more with every record judged by hand: for a file in which the parallel parser lost its way. */
export async function cleanFile(database: Database, file: PreparedFile): Promise<PreparedFile> {
  if (file.text === null || file.text.left !== null) return file;
  const { shape } = file.text;
  const cleaned = await cleanText(file.text.path, shape, database.folder);
  const names = file.table.columns.map(({ name }) => name);
  const { delimiter } = shape;
  const order = cleaned.spansLines ? 'sequential' : 'parallel';
  const table =
    delimiter === null ? file.table : csvTable({ shape: { ...shape, delimiter, headerLines: 0 }, names, order });
  return { ...file, table, readPath: cleaned.path, text: { ...file.text, left: cleaned.left } };
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function startsWith(head: Buffer, text: string): boolean {
  return head.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));
}
