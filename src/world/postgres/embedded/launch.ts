import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { identity, serverEnvironment } from './cluster.ts';
import type { Engine } from './engine.ts';
import type { DataFolder } from './folder.ts';
import type { ServerUser } from './server-user.ts';
import { syncMethod } from './sync.ts';

/** A server that this process has started: it runs by itself and outlives us. */
export interface Launch {
  /** Null while it runs. */
  exitCode(): number | null;
  /** What it has written since it was started. */
  said(): Promise<string>;
}

/** `sun_path` of Linux holds 108 bytes with the zero at the end; macOS has 104. The file is called `.s.PGSQL.5432`. */
const SOCKET_PATH_MAX = process.platform === 'linux' ? 107 : 103;
const SOCKET_PORT = 5432;

/** Kept until the next start that finds it longer than this. */
const LOG_BYTES_MAX = 10_000_000;

/**
 * Starts the server in a session of its own, so that an interrupt on the terminal does not reach it. Durability is
 * said on the command line: no configuration file can take it away.
 */
export async function launch(
  folder: DataFolder,
  { engine, user }: { readonly engine: Engine; readonly user: ServerUser | null },
): Promise<Launch> {
  const args = ['-D', folder.cluster, ...(await addressArguments(folder)), ...SETTINGS.flatMap((one) => ['-c', one])];
  await turnLog(folder);
  const log = openSync(folder.log, 'a', 0o600);
  const from = fstatSync(log).size;
  const child = spawn(engine.postgres, args, {
    cwd: folder.cluster,
    detached: true,
    stdio: ['ignore', log, log],
    env: serverEnvironment(),
    ...identity(user),
  });
  closeSync(log);
  const exit = watchExit(child);
  child.unref();
  return { exitCode: exit, said: () => readFrom(folder.log, from) };
}

/** More has brought nothing where it was measured; the server itself takes hold of it only as it is used. */
const SHARED_BUFFERS_MB_MAX = 2048;
/** What PostgreSQL takes by itself: on small machines it is left at that. */
const SHARED_BUFFERS_MB_MIN = 128;

const SETTINGS: readonly string[] = [
  'fsync=on',
  'full_page_writes=on',
  'synchronous_commit=on',
  'max_connections=200',
  // Workers share memory through /dev/shm, which containers keep tiny, and make the large groupings slower.
  'max_parallel_workers_per_gather=0',
  'jit=off',
  `shared_buffers=${sharedBuffersMb()}MB`,
  `recovery_init_sync_method=${syncMethod()}`,
  'password_encryption=scram-sha-256',
];

/**
 * A quarter of the memory that this process may use (PostgreSQL manual, §19.4). With the 128 MB of an unconfigured
 * server the indexes of a few million rentals no longer fit, and each posting reads pages from the system.
 */
function sharedBuffersMb(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const quarterMb = Math.floor(bytes / 4 / 2 ** 20);
  return Math.min(Math.max(quarterMb, SHARED_BUFFERS_MB_MIN), SHARED_BUFFERS_MB_MAX);
}

/** A socket in the folder, or where its path would be too long, a loopback port that nobody else has. */
async function addressArguments(folder: DataFolder): Promise<readonly string[]> {
  if (hasSocket(folder)) return ['-c', 'listen_addresses=', '-k', folder.run, '-p', String(SOCKET_PORT)];
  return ['-c', 'listen_addresses=127.0.0.1', '-k', '', '-p', String(await choosePort(folder))];
}

function hasSocket(folder: DataFolder): boolean {
  const path = join(folder.run, `.s.PGSQL.${SOCKET_PORT}`);
  return process.platform !== 'win32' && Buffer.byteLength(path) <= SOCKET_PATH_MAX;
}

/** The port of last time if it is free, so that connections of those who are still there find it again. */
async function choosePort(folder: DataFolder): Promise<number> {
  const last = Number(await readFile(folder.port, 'utf8').catch(() => '0'));
  const port = (await tryPort(last > 0 ? last : 0)) ?? (await tryPort(0));
  if (port === null) throw new Error('no port of 127.0.0.1 is free');
  await writeFile(folder.port, `${port}\n`);
  return port;
}

function tryPort(port: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const server = createServer();
  server.once('error', () => resolve(null));
  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
  });
  return promise;
}

async function turnLog(folder: DataFolder): Promise<void> {
  const size = await stat(folder.log).then(
    (file) => file.size,
    () => 0,
  );
  if (size > LOG_BYTES_MAX) await rename(folder.log, `${folder.log}.1`);
}

function watchExit(child: ChildProcess): () => number | null {
  let code: number | null = null;
  child.once('exit', (exitCode) => {
    code = exitCode ?? 1;
  });
  child.once('error', () => {
    code = 1;
  });
  return () => code;
}

/** The end of what was written: enough for a message. */
const SAID_BYTES_MAX = 4000;

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size - from, SAID_BYTES_MAX);
    if (length <= 0) return '';
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trim();
  } finally {
    await file.close();
  }
}
