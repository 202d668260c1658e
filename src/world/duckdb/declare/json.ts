import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

/** A JSON document spread out as NDJSON. */
export interface SpreadJson {
  /** Physical line in the document where each object begins, in order. */
  readonly lines: readonly number[];
  /** What is wrong with the document; null where nothing is. */
  readonly problem: string | null;
}

/** Objects beyond this are a document, not a row; MDS trips with their routes are some 100 KB. */
const OBJECT_BYTES_MAX = 1_000_000;
const CHUNK_BYTES = 1 << 20;

/**
 * Writes the objects of the first array in a JSON document, one a line and otherwise byte for byte (so that no number
 * loses a digit): a bare array, an MDS payload (`data.trips`), a provider's list (`data`). Pages may follow each other.
 */
export async function spreadJson(path: string, target: string): Promise<SpreadJson> {
  const spreader = createSpreader();
  const out = createWriteStream(target);
  const file = await open(path, 'r');
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
      const text = spreader.push(chunk as Buffer);
      if (text.length > 0 && !out.write(text))
        await new Promise((resolve) => out.once('drain', () => resolve(undefined)));
    }
  } finally {
    out.end();
    await finished(out);
    await file.close();
  }
  return { lines: spreader.lines, problem: spreader.problem() };
}

interface Spreader {
  readonly lines: number[];
  /** Answers the complete objects found so far, a line each. */
  push(bytes: Buffer): Buffer;
  problem(): string | null;
}

const [QUOTE, BACKSLASH, LF, CR] = [34, 92, 10, 13];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

/**
 * Follows strings and brackets only. `rowDepth` is the depth of the objects that are rows: one below the first array
 * that directly holds an object.
 */
function createSpreader(): Spreader {
  const lines: number[] = [];
  const stack: number[] = [];
  let rowDepth = 0;
  let line = 1;
  let inString = false;
  let isEscaped = false;
  let row: number[] | null = null;
  let problem: string | null = null;

  function open(byte: number): void {
    const isRow = byte === OPEN_OBJECT && stack.at(-1) === OPEN_ARRAY && (rowDepth === 0 || rowDepth === stack.length);
    if (isRow && row === null) {
      rowDepth = stack.length;
      row = [];
      lines.push(line);
    }
    stack.push(byte);
  }

  function close(byte: number): void {
    const opener = stack.pop();
    if (opener !== (byte === CLOSE_ARRAY ? OPEN_ARRAY : OPEN_OBJECT))
      problem ??= `a bracket on line ${line} closes nothing`;
  }

  return {
    lines,
    problem: () => problem ?? (stack.length > 0 || inString ? 'it ends in the middle of a value' : null),
    push(bytes) {
      const done: number[] = [];
      for (const byte of bytes) {
        if (byte === LF) line += 1;
        if (inString) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) inString = false;
        } else if (byte === QUOTE) inString = true;
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) open(byte);
        else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) close(byte);
        if (row === null) continue;
        if (row.length <= OBJECT_BYTES_MAX) row.push(byte === LF || byte === CR ? 32 : byte);
        if (stack.length === rowDepth && byte === CLOSE_OBJECT && !inString) {
          for (const each of row) done.push(each);
          done.push(LF);
          row = null;
        }
      }
      return Buffer.from(done);
    },
  };
}
