import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, exists, renameUnlessThere } from './engine.ts';
import type { DataFolder } from './folder.ts';
import { type Passwords, SUPERUSER } from './passwords.ts';
import { checkWay, type ServerUser } from './server-user.ts';
import { syncMethod } from './sync.ts';
import { codeOf, trouble } from './trouble.ts';

/** The folder itself, with the socket's place inside. Whoever owns the cluster owns both. */
export async function makeFolder(folder: DataFolder, user: ServerUser | null): Promise<void> {
  try {
    await mkdir(folder.path, { recursive: true, mode: 0o755 });
    if (user !== null) await checkWay(folder.cluster, user);
    await mkdir(folder.run, { recursive: true, mode: 0o755 });
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EROFS') throw error;
    throw trouble(`${folder.path} cannot be written.`, 'Choose another folder with STORNO_DATA_DIR.');
  }
  if (user !== null) await chown(folder.run, user.uid, user.gid);
}

/**
 * Makes the cluster where there is none yet, under another name and renamed when it is whole: a start that was killed
 * leaves nothing half-made, and of several that start at once one wins. Sorted by code point, so that it sorts alike
 * on every machine; every connection needs a password.
 */
export async function makeCluster(
  folder: DataFolder,
  setup: { readonly engine: Engine; readonly user: ServerUser | null; readonly passwords: Passwords },
): Promise<void> {
  if (await exists(folder.cluster)) return checkMajor(folder, setup.engine);
  const staging = `${folder.cluster}.${process.pid}`;
  const passwordFile = `${staging}.password`;
  await mkdir(staging, { mode: 0o700 });
  await writeFile(passwordFile, setup.passwords[SUPERUSER], { mode: 0o600 });
  if (setup.user !== null) {
    await chown(staging, setup.user.uid, setup.user.gid);
    await chown(passwordFile, setup.user.uid, setup.user.gid);
  }
  try {
    await runProgram(setup.engine.initdb, initdbArguments(staging, passwordFile), { user: setup.user, cwd: staging });
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
  await renameUnlessThere(staging, folder.cluster);
}

function initdbArguments(staging: string, passwordFile: string): readonly string[] {
  return [
    ...['--pgdata', staging, '--username', SUPERUSER, '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-instructions', '--sync-method', syncMethod()],
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
  ];
}

/** A cluster of another major version would have to be upgraded by PostgreSQL's own tools. */
async function checkMajor(folder: DataFolder, engine: Engine): Promise<void> {
  const major = (await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8')).trim();
  if (major === engine.major) return;
  throw trouble(
    `${folder.cluster} was made by PostgreSQL ${major}; this Storno brings ${engine.major}.`,
    'Run the Storno that made it, or move the data: docs/database.md, "Another major version".',
  );
}

/** Runs one of PostgreSQL's programs to its end; what it said last is in the error. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { user, cwd }: { readonly user: ServerUser | null; readonly cwd: string },
): Promise<void> {
  try {
    await promisify(execFile)(program, [...args], { cwd, env: serverEnvironment(), ...identity(user) });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw trouble(`${program} failed: ${said || String(error)}`);
  }
}

export function identity(user: ServerUser | null): { readonly uid?: number; readonly gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

/** Nothing of ours: `PGPORT` and the like would change what the server does. English, so that messages can be read. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const windows = process.platform === 'win32' ? { SYSTEMROOT: process.env.SYSTEMROOT } : {};
  return { PATH: process.env.PATH, LC_ALL: 'C', ...windows };
}
