import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from './folder.ts';

/** What a server writes about itself into `postmaster.pid` (PostgreSQL, src/include/utils/pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Empty where it has no socket. */
  readonly socketFolder: string;
  /** Empty where it listens on none. */
  readonly address: string;
}

const LINE_PORT = 3;
const LINE_SOCKET_FOLDER = 4;
const LINE_ADDRESS = 5;

/** Null where no server says that it runs, or has not said enough yet to be found. */
export async function readPostmaster(folder: DataFolder): Promise<Postmaster | null> {
  const text = await readFile(postmasterFile(folder), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[LINE_PORT]);
  if (!(pid > 0) || !(port > 0)) return null;
  return {
    pid,
    port,
    socketFolder: (lines[LINE_SOCKET_FOLDER] ?? '').trim(),
    address: (lines[LINE_ADDRESS] ?? '').trim(),
  };
}

export function postmasterFile(folder: DataFolder): string {
  return join(folder.cluster, 'postmaster.pid');
}

/**
 * What the process with the number of the file is.
 *
 * - `server`: it serves this folder, as far as can be seen.
 * - `zombie`: it was killed and its parent has not noticed yet. PostgreSQL takes it for alive; it passes.
 * - `stranger`: another process has that number by now, as after a restart of a container. PostgreSQL would take it for
 *   a server and refuse to start for ever.
 * - `gone`: there is none.
 */
export type Holder = 'server' | 'zombie' | 'stranger' | 'gone';

export async function readHolder(folder: DataFolder, pid: number): Promise<Holder> {
  if (!isAlive(pid)) return 'gone';
  if (process.platform !== 'linux') return 'server';
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (state === null) return 'gone';
  // The name stands in brackets and may hold anything; the state is the first word behind the last of them.
  if (/^ [ZX]/.test(state.slice(state.lastIndexOf(')') + 1))) return 'zombie';
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (workingFolder === null) return 'server';
  return workingFolder === (await realpath(folder.cluster)) ? 'server' : 'stranger';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
