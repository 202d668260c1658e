import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FACT_KINDS } from '../../../core/fact/fact.ts';
import type { Sources } from '../../../flow/ports.ts';
import type { OpenRequest } from '../../../flow/remedy/open-incident.ts';

/** Every file with its SHA-256: what was searched can be told apart from what lies there later. */
export async function hashFiles({ files }: Sources): Promise<OpenRequest['files']> {
  const hashed: { fact: string; name: string; sha256: string }[] = [];
  for (const fact of FACT_KINDS) {
    for (const pattern of files[fact] ?? []) {
      for await (const path of glob(pattern)) {
        hashed.push({ fact, name: basename(path), sha256: await hashFile(path) });
      }
    }
  }
  return hashed;
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
