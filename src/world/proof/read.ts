import { readFile, stat } from 'node:fs/promises';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { PackFile } from '../../core/remedy/verify/check.ts';
import { codeOf, trouble } from '../postgres/embedded/trouble.ts';
import { openZip, PACK_BYTES_MAX, packFile } from './zip.ts';

/** The files of a pack on disk, or in a sentence why it is none. */
export async function openPack(path: string): Promise<Result<ReadonlyMap<string, PackFile>, string>> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw trouble(`${path} cannot be read: ${codeOf(error)}.`);
  });
  if (size > PACK_BYTES_MAX) return fail(`it has ${size} bytes, a pack has at most ${PACK_BYTES_MAX}`);
  return readPack(await readFile(path));
}

export function readPack(bytes: Uint8Array): Result<ReadonlyMap<string, PackFile>, string> {
  const opened = openZip(bytes);
  if (!opened.ok) return opened;
  return ok(new Map([...opened.value].map(([name, content]) => [name, packFile(name, content)])));
}
