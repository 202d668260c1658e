import { chmod, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { EXACT_TYPES } from '../../src/world/postgres/connect.ts';
import { dataFolder } from '../../src/world/postgres/embedded/folder.ts';
import { postmasterFile } from '../../src/world/postgres/embedded/postmaster-file.ts';
import { migrate } from '../../src/world/postgres/migrate.ts';
import { openServer, type Server, withClient } from '../../src/world/postgres/server.ts';
import { killServer } from '../database/processes.ts';
import { type CuttingLine, openCuttingLine } from './cutting-line.ts';
import { type KillAt, type Started, startProgram, stopAll } from './program.ts';

/** Everything that an operator runs: a database, a provider, the API; workers come and go. */
export interface House {
  readonly line: CuttingLine;
  /** As the superuser, beside the line that is cut. */
  readonly admin: Pool;
  readonly sandboxUrl: string;
  readonly apiUrl: string;
  readonly key: string;
  startSandbox(): Started;
  startApi(): Started;
  startWorker(words: readonly string[], kill?: KillAt): Started;
  /** Ends one command and answers what it printed; rejects unless it ends well. */
  run(words: readonly string[]): Promise<string>;
  /** The server with all its children, at once, as when a machine goes away. It is started again by itself. */
  killDatabase(): Promise<void>;
  close(): Promise<void>;
}

export interface Profile {
  readonly [knob: string]: unknown;
}

const ACCOUNT = 'acct_sandbox';
const WEBHOOK_SECRET = 'whsec_processes';
/** A worker's calls at a time: as many as a batch has, so that they meet. */
const CALLS = 8;
/** Connections that only look. */
const LOOKING_MAX = 4;

export async function openHouse(wish: { readonly profile: Profile; readonly seed: number }): Promise<House> {
  const folder = await mkdtemp(join(await temporaryFolder(), 'storno-processes-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 10 })];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    return await furnish(wish, { folder, closing, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
  { folder, closing, close }: { folder: string; closing: (() => Promise<unknown>)[]; close: () => Promise<void> },
): Promise<House> {
  // As root the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const data = dataFolder(join(folder, 'data'));
  const server = await openServer({ kind: 'embedded', folder: data });
  closing.push(server.close);
  await withClient(server.admin, migrate);
  const line = await openCuttingLine(server.admin);
  closing.push(line.close);
  const admin = new Pool({ ...server.admin, max: LOOKING_MAX, types: EXACT_TYPES });
  admin.on('error', () => undefined);
  closing.push(() => admin.end());
  const started = new Set<Started>();
  let serial = 0;
  closing.push(() => stopAll(started));
  const [sandboxPort, apiPort] = [await freePort(), await freePort()];
  const profileFile = join(folder, 'profile.json');
  await writeFile(profileFile, JSON.stringify(profile));
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const env = environment({ line, server, sandboxUrl });
  const start = (words: readonly string[], kill?: KillAt) => {
    const one = startProgram(words, { env, kill: kill ?? null, trace: join(folder, `trace-${serial++}`) });
    started.add(one);
    void one.ended.then(() => started.delete(one));
    return one;
  };
  const run = async (words: readonly string[]) => {
    const one = start(words);
    const { code } = await one.ended;
    if (code !== 0) throw new Error(`storno ${words.join(' ')} ended with ${code}: ${one.err()}`);
    return one.out();
  };
  const ports = ['--port', String(sandboxPort), '--state', join(folder, 'sandbox'), '--profile', profileFile];
  const hook = ['--webhook', `${apiUrl}/webhooks/stripe`, '--secret', WEBHOOK_SECRET, '--seed', String(seed)];
  return {
    line,
    admin,
    sandboxUrl,
    apiUrl,
    key: (await run(['key', 'create', '--name', 'test', '--scopes', 'all'])).trim(),
    startSandbox: () => start(['sandbox', ...ports, ...hook]),
    startApi: () => start(['serve', '--port', String(apiPort), '--requests', '1000000']),
    startWorker: (words, kill) => start(['worker', '--concurrency', String(CALLS), ...words], kill),
    run,
    killDatabase: async () => {
      if (process.platform === 'linux') return killServer(data);
      const pid = Number((await readFile(postmasterFile(data), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
    },
    close,
  };
}

function environment(parts: { line: CuttingLine; server: Server; sandboxUrl: string }): NodeJS.ProcessEnv {
  const { user, password } = parts.server.admin;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  return {
    ...process.env,
    NO_COLOR: '1',
    STORNO_DATABASE_URL: `postgresql://${login}@127.0.0.1:${parts.line.port}/${parts.server.admin.database}`,
    STORNO_STRIPE_KEY: 'sk_test_sandbox',
    STORNO_STRIPE_ACCOUNT: ACCOUNT,
    STORNO_STRIPE_URL: parts.sandboxUrl,
    STORNO_STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  };
}

/** A server of its own with its log, and what the sandbox remembers. */
const ROOM_BYTES = 2e9;

/** In memory where there is room: a killed server loses nothing there either, since the machine stays. */
async function temporaryFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory !== null && memory.bavail * memory.bsize > ROOM_BYTES ? '/dev/shm' : tmpdir();
}

/** Kept by nobody for a moment: what is started again must find the port of before. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until it answers. */
export async function untilAnswers(url: string, started: Started): Promise<void> {
  const until = performance.now() + START_MS_MAX;
  while (performance.now() < until) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    if (started.isOver()) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers at ${url}: ${started.err()}`);
}

const START_MS_MAX = 60_000;
