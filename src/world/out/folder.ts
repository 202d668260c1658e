import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../core/kernel/result.ts';

/** Why a folder cannot take files; the message is a sentence ready to print. */
export interface FolderError {
  readonly kind: 'not_a_folder' | 'not_writable';
  readonly folder: string;
  readonly message: string;
}

/**
 * A folder into which a set of files is put all at once: each is written under a temporary name, and `commit` gives all
 * of them their names within one turn of the event loop, so that no signal comes between. `discard` leaves no trace.
 */
export interface OutFolder {
  readonly path: string;
  /** The temporary path to write to for this name. Each name is asked for once. */
  stage(name: string): string;
  /** Renames all staged files, over older ones of the same name, and answers their paths in order of staging. */
  commit(): readonly string[];
  /** Removes what was staged and the folders that were made for it. Synchronous: it also runs inside a signal. */
  discard(): void;
}

/**
 * Makes the folder where it is missing and proves by doing it that files can be written there, before any work starts.
 */
export function openFolder(path: string): Result<OutFolder, FolderError> {
  const folder = resolve(path);
  const made = makeFolder(folder);
  if (!made.ok) return made;
  const staged = new Map<string, string>();
  return ok({
    path,
    stage(name) {
      const temporary = join(folder, temporaryName(name));
      staged.set(name, temporary);
      return temporary;
    },
    commit() {
      const paths = [...staged].map(([name, temporary]) => {
        renameSync(temporary, join(folder, name));
        return join(path, name);
      });
      staged.clear();
      return paths;
    },
    discard() {
      for (const temporary of staged.values()) removeIfThere(temporary);
      if (staged.size > 0 || made.value !== null) removeEmptyFolders(folder, made.value);
      staged.clear();
    },
  });
}

function temporaryName(name: string): string {
  return `.${name}.${process.pid}.tmp`;
}

/** Answers the topmost folder that had to be made, or null if it was there. */
function makeFolder(folder: string): Result<string | null, FolderError> {
  let made: string | null = null;
  try {
    for (const missing of missingFolders(folder)) {
      mkdirSync(missing);
      made ??= missing;
    }
    if (!statSync(folder).isDirectory()) return notAFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    const probe = join(folder, temporaryName('probe'));
    closeSync(openSync(probe, 'w'));
    unlinkSync(probe);
    return ok(made);
  } catch (error) {
    if (made !== null) removeEmptyFolders(folder, made);
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EEXIST' || code === 'ENOTDIR') return notAFolder(folder);
    return fail({
      kind: 'not_writable',
      folder,
      message: `Files cannot be written to ${folder} (${code}). Name a folder that you may write to with --out.`,
    });
  }
}

/**
 * The folder and those above it that are not there, topmost first. `mkdir` with `recursive` is not used: in Node 24 it
 * never returns where the system answers ENOENT although the folder above exists (`/proc/x`).
 */
function missingFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let at = folder; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  return missing;
}

function notAFolder(folder: string): Result<never, FolderError> {
  return fail({
    kind: 'not_a_folder',
    folder,
    message: `${folder} is, or lies below, a file. Name a folder with --out; it is made if it is missing.`,
  });
}

/** From the folder up to the topmost one that was made, as far as they are empty. */
function removeEmptyFolders(folder: string, topmost: string | null): void {
  if (topmost === null) return;
  for (let at = folder; at.startsWith(topmost); at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return; // Not empty: someone else put something there meanwhile.
    }
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never begun.
  }
}
