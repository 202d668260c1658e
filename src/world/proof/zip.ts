import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { PackFile } from '../../core/remedy/verify/check.ts';

/** What a reader holds in memory twice over; a pack of a million refunds has half of it. */
export const PACK_BYTES_MAX = 1_500_000_000;
/** A pack has some forty files. */
const FILES_MAX = 100;

const END = 0x06054b50;
const END_BYTES = 22;
const ZIP64 = 0xffff;

/** A ZIP knows no zone: local fields of a fixed day are the same bytes everywhere. Noon exists in every zone. */
const MADE = new Date(2000, 0, 1, 12);

const NAME = /^[a-zA-Z][a-zA-Z_.-]{0,40}(?:\/[a-zA-Z][a-zA-Z_.-]{0,40})?$/;

/**
 * One ZIP, in the order of names, stored and not compressed: its bytes follow from its files alone, whatever
 * compresses elsewhere, and nothing in it can grow when it is opened.
 */
export function bindZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: MADE });
}

/**
 * The files of a pack, or in a sentence why it is none. A pack is what `bindZip` makes of its files and nothing else:
 * it is bound again and compared, so that no byte of the container can differ either.
 */
export function openZip(bytes: Uint8Array): Result<ReadonlyMap<string, Uint8Array>, string> {
  const trouble = endTrouble(bytes);
  if (trouble !== null) return fail(trouble);
  const refusals: string[] = [];
  const seen = new Set<string>();
  let total = 0;
  const read = unzipped(bytes, ({ name, compression, originalSize }) => {
    total += originalSize;
    const refusal = refusalOf({ name, compression, isRepeated: seen.has(name), total, size: bytes.length });
    seen.add(name);
    if (refusal !== null) refusals.push(refusal);
    return refusals.length === 0;
  });
  if (refusals[0] !== undefined) return fail(refusals[0]);
  if (read === null) return fail('it is no ZIP, or a damaged one');
  const files = new Map(Object.entries(read));
  const again = bindZip(files);
  if (Buffer.compare(again, bytes) !== 0) return fail('it holds bytes that are no part of a pack');
  return ok(files);
}

interface Entry {
  readonly name: string;
  readonly compression: number;
  readonly isRepeated: boolean;
  readonly total: number;
  readonly size: number;
}

function refusalOf({ name, compression, isRepeated, total, size }: Entry): string | null {
  const said = JSON.stringify(name.slice(0, 80));
  if (!NAME.test(name)) return `a file is named ${said}`;
  if (isRepeated) return `${said} is there twice`;
  if (compression !== 0) return `${said} is compressed; a pack is not`;
  if (total > size) return `${said} claims more bytes than there are`;
  return null;
}

type Filter = Parameters<typeof unzipSync>[1] extends { filter?: infer F } | undefined ? NonNullable<F> : never;

function unzipped(bytes: Uint8Array, filter: Filter): Readonly<Record<string, Uint8Array>> | null {
  try {
    return unzipSync(bytes, { filter });
  } catch {
    return null;
  }
}

/** The last record names how many files there are: a reader that believes a wrong one may read for hours. */
function endTrouble(bytes: Uint8Array): string | null {
  if (bytes.length > PACK_BYTES_MAX) return `it has ${bytes.length} bytes, a pack has at most ${PACK_BYTES_MAX}`;
  if (bytes.length < END_BYTES) return 'it is no ZIP';
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - END_BYTES, END_BYTES);
  if (end.getUint32(0, true) !== END) return 'it is no ZIP, or something follows it';
  const count = end.getUint16(10, true);
  if (count > FILES_MAX || count === ZIP64) return `it has ${count} files, a pack has at most ${FILES_MAX}`;
  return end.getUint32(16, true) > bytes.length ? 'it is no ZIP, or a damaged one' : null;
}

/** A file as the verifying part of core knows it. */
export function packFile(name: string, bytes: Uint8Array): PackFile {
  return {
    name,
    text: textOf(bytes),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
