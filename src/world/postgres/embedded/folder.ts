import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the embedded server keeps everything. One folder, one server, one version of PostgreSQL. */
export interface DataFolder {
  readonly path: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  /** Copies of the server's programs, one folder for each version. */
  readonly engines: string;
  /** The passwords of the roles, readable by whoever owns it alone. */
  readonly passwords: string;
  /** Where the socket lies, if its path is short enough. */
  readonly run: string;
  /** The loopback port of last time, where the socket's path is too long. */
  readonly port: string;
  readonly log: string;
  /** Exists while the server is to stay when the last Storno process leaves. */
  readonly keep: string;
}

/** `STORNO_DATA_DIR`, else what the operating system calls the place for an application's data. */
export function locateDataFolder(env: Readonly<Record<string, string | undefined>>): DataFolder {
  return dataFolder(env.STORNO_DATA_DIR || usualPlace(env));
}

export function dataFolder(path: string): DataFolder {
  const root = resolve(path);
  return {
    path: root,
    cluster: join(root, 'postgres'),
    engines: join(root, 'engine'),
    passwords: join(root, 'passwords.json'),
    run: join(root, 'run'),
    port: join(root, 'port'),
    log: join(root, 'postgres.log'),
    keep: join(root, 'keep-running'),
  };
}

function usualPlace(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'storno');
  if (process.getuid?.() === 0) return '/var/lib/storno';
  // The XDG base directory specification: a relative path is to be ignored.
  const shared = env.XDG_DATA_HOME?.startsWith('/') === true ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share');
  return join(shared, 'storno');
}
