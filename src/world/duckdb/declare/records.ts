import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';

/**
 * Where the records of a text file begin and end, byte by byte. DuckDB parses faster, in parallel, and loses its way
 * behind a quote that is never closed: measured, it then drops up to 8 MB of rows without a word. This scanner is the
 * judge of what is a record: it is asked only where DuckDB found something wrong, and for the lines of rejected rows.
 */
export interface TextShape {
  /** One byte, or null where a line is the value (NDJSON). */
  readonly delimiter: string | null;
  /** Fields of a sound record. */
  readonly fields: number;
  /** Physical lines at the top that hold no records: blank ones, `sep=;`, the header. */
  readonly headerLines: number;
}

export type RecordFault =
  | { readonly kind: 'fields'; readonly found: number }
  | { readonly kind: 'quote_open' }
  | { readonly kind: 'quote_text' }
  | { readonly kind: 'too_long'; readonly bytes: number }
  | { readonly kind: 'not_utf8' }
  | { readonly kind: 'carriage_return' }
  | { readonly kind: 'nul' };

export interface TextRecord {
  /** First physical line, from 1. */
  readonly line: number;
  readonly lines: number;
  /** The bytes without the line end; of a record that is too long only the beginning. */
  readonly bytes: Buffer;
  readonly fault: RecordFault | null;
  /** Blanks outside quotes, which are no part of a value: from (included) and to (excluded) within `bytes`. */
  readonly cuts: readonly Cut[];
}

export type Cut = readonly [from: number, to: number];

/** A record beyond this is no row of an export: the same bound that DuckDB is given. */
export const RECORD_BYTES_MAX = 1_000_000;

const CHUNK_BYTES = 4 << 20;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;

/**
 * The records after the header, in order, blank lines left out, in batches as the file is read. A record with a fault
 * of quoting is its first physical line only: what follows gets another chance.
 */
export async function* readRecords(path: string, shape: TextShape): AsyncGenerator<readonly TextRecord[]> {
  let batch: TextRecord[] = [];
  const scan = createScanner(shape, (record) => batch.push(record));
  const file = await open(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const buffer = Buffer.allocUnsafe(rest.length + CHUNK_BYTES);
      rest.copy(buffer);
      const { bytesRead } = await file.read(buffer, rest.length, CHUNK_BYTES, null);
      const bytes = buffer.subarray(0, rest.length + bytesRead);
      const used = scan(bytes, bytesRead === 0);
      yield batch;
      if (bytesRead === 0) return;
      batch = [];
      rest = bytes.subarray(used);
    }
  } finally {
    await file.close();
  }
}

/** What one look at the bytes gave; `end` is behind the line end. */
interface Look {
  readonly end: number;
  readonly contentEnd: number;
  readonly lines: number;
  readonly fault: RecordFault | null;
  readonly cuts: readonly Cut[];
}

/** Answers how many of the bytes are dealt with; the rest must come again, with more behind it. */
type Scan = (bytes: Buffer, isLast: boolean) => number;

function createScanner(shape: TextShape, emit: (record: TextRecord) => void): Scan {
  const delimiter = shape.delimiter?.charCodeAt(0) ?? null;
  let line = 1;
  let headerLeft = shape.headerLines;
  /** The beginning of a line that is too long to be held, while its end is looked for. */
  let long: { readonly head: Buffer; bytes: number } | null = null;

  /** Goes on to the end of a line; answers where the next begins, or null where that is not in sight. */
  function passLine(bytes: Buffer, from: number, isLast: boolean): number | null {
    const at = bytes.indexOf(LF, from);
    if (at < 0 && !isLast) return null;
    line += 1;
    return at < 0 ? bytes.length : at + 1;
  }

  function passLong(bytes: Buffer, from: number, isLast: boolean): number {
    const first = line;
    const end = passLine(bytes, from, isLast);
    if (long === null) return from;
    long.bytes += (end ?? bytes.length) - from;
    if (end === null) return bytes.length;
    emit({ line: first, lines: 1, bytes: long.head, fault: { kind: 'too_long', bytes: long.bytes }, cuts: [] });
    long = null;
    return end;
  }

  return (bytes, isLast) => {
    // Characters cut by the end of the chunk make this false: then each record is looked at by itself.
    const isSound = isUtf8(bytes) && !bytes.includes(0);
    let position = 0;
    while (position < bytes.length) {
      if (long !== null) {
        position = passLong(bytes, position, isLast);
        continue;
      }
      if (headerLeft > 0) {
        const end = passLine(bytes, position, isLast);
        if (end === null) return position;
        headerLeft -= 1;
        position = end;
        continue;
      }
      const look =
        delimiter === null
          ? lookAtLine(bytes, position, isLast)
          : lookAtRecord({ bytes, start: position, isLast, delimiter, fields: shape.fields });
      if (look === 'more') return position;
      if (look === 'too_long') {
        long = { head: Buffer.from(bytes.subarray(position, position + HEAD_KEPT_BYTES)), bytes: 0 };
        continue;
      }
      const content = bytes.subarray(position, look.contentEnd);
      const fault = look.fault ?? (isSound ? null : textFault(content));
      if (!isBlank(content, shape)) emit({ line, lines: look.lines, bytes: content, fault, cuts: look.cuts });
      position = look.end;
      line += look.lines;
    }
    return position;
  };
}

/** Of a line that is too long: enough to recognise it. */
const HEAD_KEPT_BYTES = 1000;

function isBlank(content: Buffer, shape: TextShape): boolean {
  if (shape.delimiter === null) return content.every((byte) => byte === SPACE);
  return content.length === 0 && shape.fields > 1;
}

function textFault(content: Buffer): RecordFault | null {
  if (!isUtf8(content)) return { kind: 'not_utf8' };
  if (content.includes(0)) return { kind: 'nul' };
  return null;
}

function lookAtLine(bytes: Buffer, start: number, isLast: boolean): Look | 'more' | 'too_long' {
  const at = bytes.indexOf(LF, start);
  const length = (at < 0 ? bytes.length : at) - start;
  if (length > RECORD_BYTES_MAX) return 'too_long';
  if (at < 0 && !isLast) return 'more';
  const end = at < 0 ? bytes.length : at;
  const contentEnd = end > start && bytes[end - 1] === CR ? end - 1 : end;
  return { end: at < 0 ? bytes.length : at + 1, contentEnd, lines: 1, fault: null, cuts: [] };
}

interface Place {
  readonly bytes: Buffer;
  readonly start: number;
  readonly isLast: boolean;
  readonly delimiter: number;
  readonly fields: number;
}

/**
 * RFC 4180 with what DuckDB grants: `\n` or `\r\n`, blanks before an opening quote and behind a closing one, a quote
 * inside a field that does not begin with one. One pass, one state: whether the next byte begins a field.
 */
function lookAtRecord(place: Place): Look | 'more' | 'too_long' {
  const { bytes, start, delimiter } = place;
  const length = bytes.length;
  let fields = 1;
  let strayReturn = false;
  let at = start;
  let fieldStart = start;
  let atFieldStart = true;
  /** Where the fields of a sound record end. */
  let extra = -1;
  const cuts: Cut[] = [];
  for (; at < length; at++) {
    const byte = bytes[at];
    if (byte === delimiter) {
      if (fields === place.fields) extra = at;
      fields += 1;
      fieldStart = at + 1;
      atFieldStart = true;
    } else if (byte === LF) {
      break;
    } else if (byte === QUOTE && atFieldStart) {
      if (at > fieldStart) cuts.push([fieldStart - start, at - start]);
      at = closingQuote(bytes, at + 1);
      if (at < 0) return openQuote(place);
      let after = at + 1;
      while (bytes[after] === SPACE) after += 1;
      if (after > at + 1) cuts.push([at + 1 - start, after - start]);
      if (bytes[after] === CR && (bytes[after + 1] === LF || after + 1 === length)) after += 1;
      if (after < length && bytes[after] !== delimiter && bytes[after] !== LF)
        return firstLine(place, { kind: 'quote_text' });
      at = after - 1;
      atFieldStart = false;
    } else if (byte !== SPACE) {
      atFieldStart = false;
      if (byte === CR && bytes[at + 1] !== LF && at + 1 < length) strayReturn = true;
    }
  }
  if (at - start > RECORD_BYTES_MAX) return firstLineOrTooLong(place);
  if (at >= length && !place.isLast) return 'more';
  const contentEnd = at > start && bytes[at - 1] === CR ? at - 1 : at;
  // Separators too many at the end are a habit of some exports, and lose nothing.
  const isPadded = extra >= 0 && bytes.subarray(extra, contentEnd).every((byte) => byte === delimiter);
  const found = isPadded ? place.fields : fields;
  const ofFields: RecordFault | null = found === place.fields ? null : { kind: 'fields', found };
  const fault: RecordFault | null = strayReturn ? { kind: 'carriage_return' } : ofFields;
  return { end: Math.min(at + 1, length), contentEnd, lines: countLines(bytes, start, at), fault, cuts };
}

/** The place of the quote that ends the field, or -1; two quotes are one that belongs to the value. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) return at;
  }
  return -1;
}

/** A quote without its partner in sight: more bytes may bring it, up to the longest record. */
function openQuote(place: Place): Look | 'more' | 'too_long' {
  if (!place.isLast && place.bytes.length - place.start <= RECORD_BYTES_MAX) return 'more';
  return firstLine(place, { kind: 'quote_open' });
}

function firstLineOrTooLong(place: Place): Look | 'too_long' {
  const at = place.bytes.indexOf(LF, place.start);
  if (at < 0 || at - place.start > RECORD_BYTES_MAX) return 'too_long';
  return firstLine(place, { kind: 'quote_open' }) as Look;
}

function firstLine(place: Place, fault: RecordFault): Look | 'more' | 'too_long' {
  const look = lookAtLine(place.bytes, place.start, place.isLast);
  return typeof look === 'string' ? look : { ...look, fault };
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}
