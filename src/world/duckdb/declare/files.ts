import { globSync, statSync } from 'node:fs';
import type { Refusal } from '../../../flow/ports.ts';

/** A file that is there and has something in it. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly refusals: readonly Refusal[];
}

/** More files than this in one fact is a wrong glob (a home directory), not a month of exports. */
export const FILES_MAX = 10_000;

/**
 * The files that paths and globs name, in the order given and sorted within a glob; each once. A path that exists is
 * never read as a glob, so `report[1].csv` needs no quoting.
 */
export function findFiles(patterns: readonly string[], folder: string | null): FoundFiles {
  const found = new Map<string, FoundFile>();
  const refusals: Refusal[] = [];
  for (const pattern of patterns) {
    for (const path of expand(pattern, folder)) {
      const file = found.has(path) ? null : inspect(path);
      if (file === null) continue;
      if ('kind' in file) refusals.push(file);
      else found.set(path, file);
    }
  }
  if (found.size > FILES_MAX) {
    refusals.push(
      refuse(
        'unreadable',
        patterns.join(' '),
        `names ${found.size} files; ${FILES_MAX} are the most for one fact. Name a narrower folder`,
      ),
    );
  }
  return { files: [...found.values()], refusals };
}

function expand(pattern: string, folder: string | null): readonly string[] {
  const path = folder === null || pattern.startsWith('/') ? pattern : `${folder}/${pattern}`;
  const isGlob = /[*?[\]{}]/.test(pattern) && statSync(path, { throwIfNoEntry: false }) === undefined;
  if (!isGlob) return [path];
  const matches = globSync(path).filter((each) => statSync(each, { throwIfNoEntry: false })?.isFile() === true);
  return matches.length === 0 ? [path] : matches.sort();
}

function inspect(path: string): FoundFile | Refusal {
  const isGlob = /[*?[\]{}]/.test(path);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      return refuse(
        'directory',
        path,
        `is a folder, not a file. Name the files in it, for example "${path.replace(/\/$/, '')}/*.csv"`,
      );
    }
    if (stat.isFile() && stat.size === 0) {
      return refuse(
        'empty',
        path,
        'is empty (0 bytes): the export wrote nothing. Export it again, or leave the file out',
      );
    }
    if (stat.isFile()) return { path, bytes: stat.size };
    return refuse(
      'unreadable',
      path,
      'is no regular file (a pipe or device cannot be read twice). Save it to a file first',
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' && isGlob)
      return refuse('missing', path, 'matches no file. Check the folder and the pattern');
    if (code === 'ENOENT' || code === 'ENOTDIR') return refuse('missing', path, 'does not exist. Check the path');
    return refuse('unreadable', path, `cannot be opened (${code}). Check who may read it`);
  }
}

/** `what` goes on after the file's name, without a full stop. */
export function refuse(kind: Refusal['kind'], file: string, what: string): Refusal {
  return { file, kind, message: `${file} ${what}.` };
}
