import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DataFolder, dataFolder } from '../../src/world/postgres/embedded/folder.ts';

/** A folder for one server, gone when the test is; whoever the server runs as may enter it. */
export async function temporaryData(): Promise<DataFolder & { remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'storno-data-'));
  await chmod(path, 0o755);
  return { ...dataFolder(path), remove: () => rm(path, { recursive: true, force: true }) };
}

export interface TestClient {
  readonly process: ChildProcess;
  /** Lines that it has said so far. */
  readonly said: string[];
  /** The next line that fits; rejects when it ends before, with what it said on stderr. */
  heard(pattern: RegExp): Promise<string>;
  /** Lets it leave in order; answers its exit code. */
  leave(): Promise<number | null>;
  readonly exit: Promise<number | null>;
}

/** A further process that uses the database. `user` is a number of the operating system, for root's tests. */
export function startClient(
  folder: DataFolder,
  work: 'hold' | 'insert',
  user?: { readonly uid: number; readonly gid: number },
): TestClient {
  const script = new URL('client.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, folder.path, work], { stdio: 'pipe', cwd: '/', ...user });
  const said: string[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  const exit = Promise.withResolvers<number | null>();
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  createInterface(child.stdout).on('line', (line) => {
    said.push(line);
    for (const wake of waiting) wake();
  });
  child.once('close', (code) => {
    exit.resolve(code);
    for (const wake of waiting) wake();
  });
  return {
    process: child,
    said,
    exit: exit.promise,
    heard: (pattern) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        const line = said.find((one) => pattern.test(one));
        if (line !== undefined) resolve(line);
        else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`it ended: ${errors}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
      return promise;
    },
    leave: () => {
      child.stdin.end();
      return exit.promise;
    },
  };
}

/** The server of a folder with all its children: whoever works inside it. */
export async function serverProcesses(folder: DataFolder): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const inside = await Promise.all(
    pids.map(async (pid) => ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder.cluster ? pid : null)),
  );
  return inside.filter((pid) => pid !== null);
}

/** Kills them all at once, as a machine does that goes away. */
export async function killServer(folder: DataFolder): Promise<void> {
  const pids = await serverProcesses(folder);
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    for (const pid of pids) signalIfThere(pid, signal);
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself meanwhile.
  }
}

export async function logOf(folder: DataFolder): Promise<string> {
  return readFile(folder.log, 'utf8');
}
