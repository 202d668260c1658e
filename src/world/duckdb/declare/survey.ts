import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';

/** What separates the fields of a text; lines of JSON have no fields, and their quotes mean nothing here. */
export type Delimiter = string | null;

const CHUNK_BYTES = 512 << 10;
const LF = 10;
const CR = 13;
const QUOTE = 34;
/** The last of the three bytes of a byte order mark. */
const BOM_END = 0xbf;

/**
 * Whether DuckDB can read a text where it lies, told by reading it once at memory speed (7 GB/s measured: a few
 * vectorised searches a chunk; 1 to 2 GB/s where there are quotes). It cannot, measured, where
 * - bytes are not UTF-8: that is noticed only in columns that a query asks for, so that passes would differ;
 * - line ends are mixed: it stops; lines are longer than its buffer: it drops them;
 * - a quote is not closed in its line, or stands inside a field: its threads begin in the middle of the file, where
 *   text in quotes looks like rows (170 that were none in 70 MB), and one thread drops what follows an open quote.
 */
export async function isPlainText(path: string, delimiter: Delimiter): Promise<boolean> {
  const file = await open(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let quotes = AT_START;
  let tail = 0;
  let lineEnd: 'LF' | 'CRLF' | null = null;
  try {
    for (;;) {
      const { bytesRead } = await file.read(chunk, tail, CHUNK_BYTES - tail, null);
      if (bytesRead === 0) return tail === 0 && !quotes.isQuoted;
      const bytes = chunk.subarray(0, tail + bytesRead);
      lineEnd ??= lineEndOf(bytes);
      const whole = bytes.subarray(0, decidableBytes(bytes));
      if (!isUtf8(whole) || bytes.includes(0) || (bytes.length === CHUNK_BYTES && !bytes.includes(LF))) return false;
      if (lineEnd === 'LF' ? bytes.includes(CR) : !hasOnlyCrLf(whole)) return false;
      if (delimiter !== null) quotes = followQuotes(whole, delimiter.charCodeAt(0), quotes);
      if (!quotes.isSound) return false;
      tail = bytes.length - whole.length;
      chunk.copyWithin(0, whole.length, bytes.length);
    }
  } finally {
    await file.close();
  }
}

/** What is known of quotes where one chunk ends and the next begins. */
interface QuoteState {
  readonly isSound: boolean;
  readonly isQuoted: boolean;
  /** The byte before the next chunk. */
  readonly before: number;
}

/** Before the first byte of a file it is as if a line had ended. */
const AT_START: QuoteState = { isSound: true, isQuoted: false, before: LF };

/** Whether every quote is one around a whole field of one line. Local variables only: this touches every byte. */
function followQuotes(bytes: Buffer, delimiter: number, state: QuoteState): QuoteState {
  const length = bytes.length;
  const next = bytes[length - 1] ?? state.before;
  if (!state.isQuoted && !bytes.includes(QUOTE)) return { isSound: true, isQuoted: false, before: next };
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >> 2);
  const whole = words.length << 2;
  let isQuoted = state.isQuoted;
  for (let at = 0; at < length; at++) {
    if (!isQuoted && (at & 3) === 0 && at < whole) {
      // Four bytes at once: a zero byte in `x` is a quote (Warren, Hacker's Delight, 6-1).
      const x = (words[at >> 2] ?? 0) ^ 0x22222222;
      if (((x - 0x01010101) & ~x & 0x80808080) === 0) {
        at += 3;
        continue;
      }
    }
    const byte = bytes[at];
    if (byte === LF && isQuoted) return { isSound: false, isQuoted, before: next };
    if (byte !== QUOTE) continue;
    if (isQuoted && bytes[at + 1] === QUOTE) {
      at += 1;
      continue;
    }
    const edge = isQuoted ? bytes[at + 1] : (bytes[at - 1] ?? state.before);
    const isAfterMark = state === AT_START && at === 3 && edge === BOM_END;
    const isEdge = edge === delimiter || edge === LF || (isQuoted && edge === CR) || isAfterMark;
    if (!isEdge) return { isSound: false, isQuoted, before: next };
    isQuoted = !isQuoted;
  }
  return { isSound: true, isQuoted, before: next };
}

function lineEndOf(bytes: Buffer): 'LF' | 'CRLF' {
  const at = bytes.indexOf(LF);
  return at > 0 && bytes[at - 1] === CR ? 'CRLF' : 'LF';
}

function hasOnlyCrLf(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return false;
  }
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) return false;
  }
  return true;
}

/** How many bytes end with a whole character that needs no other to be judged: the rest waits for the next chunk. */
function decidableBytes(bytes: Buffer): number {
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (need > back) end = bytes.length - back;
      break;
    }
  }
  while (end > 0 && (bytes[end - 1] === QUOTE || bytes[end - 1] === CR)) end -= 1;
  return end;
}
