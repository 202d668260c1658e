import { link, readdir, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
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
  /** Whether it takes connections, as far as it has said. */
  readonly isReady: boolean;
}

const LINE_PORT = 3;
const LINE_SOCKET_FOLDER = 4;
const LINE_ADDRESS = 5;
const LINE_STATUS = 7;

/** Null where no server says that it runs, or has not said enough yet to be found. */
export async function readPostmaster(folder: DataFolder): Promise<Postmaster | null> {
  const text = await readFile(postmasterFile(folder), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[LINE_PORT]);
  if (!(pid > 0) || !(port > 0)) return null;
  const line = (index: number) => (lines[index] ?? '').trim();
  return {
    pid,
    port,
    socketFolder: line(LINE_SOCKET_FOLDER),
    address: line(LINE_ADDRESS),
    isReady: line(LINE_STATUS) === 'ready',
  };
}

export function postmasterFile(folder: DataFolder): string {
  return join(folder.cluster, 'postmaster.pid');
}

/**
 * What the process with the number of the file is.
 *
 * - `server`: it serves this folder, as far as can be seen.
 * - `zombie`: it was killed and its parent has not noticed yet. PostgreSQL takes it for alive.
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

/**
 * Takes away the lock files of a server that is no more, where PostgreSQL would take what has its number for alive and
 * refuse to start: until the parent notices, or for ever. Only where nobody works in the folder any more, no child of
 * the killed server either. Elsewhere than on Linux nothing is taken away, and the start is tried again for a while.
 */
export async function clearLeftover(folder: DataFolder): Promise<void> {
  for (const file of [postmasterFile(folder), join(folder.run, SOCKET_LOCK)]) {
    const pid = await readPid(file);
    if (pid === null) continue;
    const holder = await readHolder(folder, pid);
    if ((holder === 'zombie' || holder === 'stranger') && (await isDeserted(folder))) await removeFileOf(file, pid);
  }
}

/** The file that guards the socket, beside it. */
const SOCKET_LOCK = '.s.PGSQL.5432.lock';

/** The number of the process stands in the first line of either. */
async function readPid(file: string): Promise<number | null> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : null;
}

async function isDeserted(folder: DataFolder): Promise<boolean> {
  const cluster = await realpath(folder.cluster);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => null)));
  return !folders.includes(cluster);
}

/** Moves it aside first and looks what was moved: another process may have put a new server's file there meanwhile. */
async function removeFileOf(file: string, pid: number): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
    if ((await readPid(aside)) !== pid) await link(aside, file);
  } catch {
    // Somebody else was there first; the next look shows what is so now.
  }
  await rm(aside, { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
