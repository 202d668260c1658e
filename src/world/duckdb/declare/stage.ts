import { randomUUID } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import { readRecords, type TextRecord, type TextShape } from './records.ts';

/** A fresh path in the private folder. */
export function stagedPath(folder: string, ending: string): string {
  return join(folder, `${randomUUID()}.${ending}`);
}

/**
 * Unpacks a `.gz` once: every pass would else unpack it again on one core, and a damaged end would only be met in the
 * middle of the work. The error is zlib's or the disk's own word.
 */
export async function unpack(path: string, folder: string): Promise<Result<string, string>> {
  const target = stagedPath(folder, 'text');
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 20 }),
      createWriteStream(target),
    );
    return ok(target);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

export interface Cleaned {
  readonly path: string;
  /** Records that were left out. */
  readonly left: number;
  /** True where a record goes over more than one line. */
  readonly spansLines: boolean;
}

/**
 * Copies the sound records, without the header and with one kind of line end. What is not sound stays behind, to be
 * found again in the original by `readRecords`.
 */
export async function cleanText(path: string, shape: TextShape, folder: string): Promise<Cleaned> {
  const target = stagedPath(folder, 'text');
  const out = openSync(target, 'w');
  let left = 0;
  let spansLines = false;
  let waiting: Buffer[] = [];
  const flush = () => {
    const bytes = Buffer.concat(waiting);
    for (let done = 0; done < bytes.length; ) done += writeSync(out, bytes, done);
    waiting = [];
  };
  try {
    for await (const batch of readRecords(path, shape)) {
      for (const record of batch) {
        if (record.fault === null) waiting.push(withoutCuts(record), LINE_END);
        else left += 1;
        if (record.lines > 1) spansLines = true;
      }
      flush();
    }
  } finally {
    closeSync(out);
  }
  return { path: target, left, spansLines };
}

const LINE_END = Buffer.from('\n');

function withoutCuts({ bytes, cuts }: TextRecord): Buffer {
  if (cuts.length === 0) return bytes;
  const starts = [0, ...cuts.map(([, to]) => to)];
  return Buffer.concat(starts.map((start, index) => bytes.subarray(start, cuts[index]?.[0] ?? bytes.length)));
}

/** Enough for the longest header, and for a sample. */
export const HEAD_BYTES = 1 << 20;

export function readHead(path: string, bytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(bytes);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes; length += read)
      read = readSync(file, buffer, length, bytes - length, null);
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
