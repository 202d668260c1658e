import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientConfig, type Pool } from 'pg';
import { openPool, withDatabase } from '../../src/world/postgres/connect.ts';
import { dataFolder } from '../../src/world/postgres/embedded/folder.ts';
import { openEmbedded } from '../../src/world/postgres/embedded.ts';
import { migrate } from '../../src/world/postgres/migrate.ts';
import { closeDatabase, type LoginRole } from '../../src/world/postgres/roles.ts';

/** A server to measure on, with a database of ours and one of pgbench. */
export interface BenchServer {
  readonly version: string;
  /** Of our database, as its superuser: what `storno serve` is given. */
  readonly url: string;
  pool(role: LoginRole, connectionsMax: number): Pool;
  /** Transactions per second of `pgbench -N` (simple-update), eight clients, prepared. */
  simpleUpdate(seconds: number): Promise<number>;
  /** How often `pgbench` ran a script in our database, as the role of the API. */
  runScript(script: string, variables: readonly string[], seconds: number): Promise<number>;
  /** Runs SQL as the superuser in our database. */
  query(text: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

const OURS = 'storno_bench';
const THEIRS = 'storno_bench_pgbench';
const PGBENCH_SCALE = 10;
export const CLIENTS = 8;
const STATEMENT_MS_MAX = 60_000;

/** The embedded server in a folder of its own, or with STORNO_BENCH_DATABASE_URL that of somebody, as its superuser. */
export async function openServer(): Promise<BenchServer> {
  const url = process.env.STORNO_BENCH_DATABASE_URL;
  if (url) return prepare({ connectionString: url }, async () => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'storno-bench-'));
  // As root the server runs as another user, who must get to its folder.
  await chmod(folder, 0o711);
  const embedded = await openEmbedded(dataFolder(folder));
  return prepare(embedded.server, async () => {
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
  });
}

async function prepare(server: ClientConfig, release: () => Promise<void>): Promise<BenchServer> {
  const pools: Pool[] = [];
  const ours = withDatabase(server, OURS);
  const dropAll = async () => {
    for (const name of [OURS, THEIRS]) await asAdmin(server, `drop database if exists ${name} with (force)`);
  };
  const close = async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await dropAll();
    await release();
  };
  try {
    await demandDurability(server);
    await dropAll();
    await makeDatabases(server);
  } catch (error) {
    await close();
    throw error;
  }
  const [row] = await asAdmin(server, 'select version()');
  return {
    version: String(row?.version).split(' on ')[0] ?? '',
    url: urlOf(ours),
    pool: (role, connectionsMax) => {
      const setup = { server: ours, role, name: 'bench', connectionsMax, statementMsMax: STATEMENT_MS_MAX };
      const pool = openPool(setup, (error) => process.stderr.write(`${error.message}\n`));
      pools.push(pool);
      return pool;
    },
    simpleUpdate: (seconds) => simpleUpdate(server, seconds),
    runScript: (script, variables, seconds) => runScript(server, { script, variables, seconds }),
    query: (text) => asAdmin(ours, text),
    close,
  };
}

/** A socket's folder has no place in a URL but this. */
function urlOf(server: ClientConfig): string {
  if (server.connectionString !== undefined) return server.connectionString;
  const url = new URL('postgresql://localhost');
  url.username = server.user ?? '';
  url.password = String(server.password ?? '');
  url.pathname = server.database ?? '';
  url.port = String(server.port);
  url.searchParams.set('host', server.host ?? '');
  return url.href;
}

/** A figure without durability is no figure. */
export async function demandDurability(server: ClientConfig): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    const [row] = await asAdmin(server, `select current_setting('${setting}') as value`);
    if (row?.value !== 'on') throw new Error(`${setting} is ${row?.value}: nothing is measured without durability`);
  }
}

async function makeDatabases(server: ClientConfig): Promise<void> {
  // A checkpoint inside of a round would halve one line and spare the next (performance.md §2, trap 1).
  await asAdmin(server, "alter system set max_wal_size = '8GB'");
  await asAdmin(server, "alter system set checkpoint_timeout = '30min'");
  await asAdmin(server, 'select pg_reload_conf()');
  await asAdmin(server, `create database ${OURS}`);
  await asAdmin(server, `create database ${THEIRS}`);
  const ours = withDatabase(server, OURS);
  const client = new Client(ours);
  await client.connect();
  try {
    await migrate(client);
    await closeDatabase(client, OURS);
  } finally {
    await client.end();
  }
  await pgbench(server, ['-i', '-q', '-s', String(PGBENCH_SCALE)]);
}

async function simpleUpdate(server: ClientConfig, seconds: number): Promise<number> {
  const args = ['-n', '-M', 'prepared', '-N', '-T', String(seconds), '-c', String(CLIENTS), '-j', '2'];
  const said = await pgbench(server, args);
  const tps = /tps = ([\d.]+)/.exec(said)?.[1];
  if (tps === undefined) throw new Error(`pgbench said no rate: ${said}`);
  return Number(tps);
}

interface Script {
  readonly script: string;
  /** `name=value` */
  readonly variables: readonly string[];
  readonly seconds: number;
}

async function runScript(server: ClientConfig, { script, variables, seconds }: Script): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'storno-bench-script-'));
  try {
    const file = join(folder, 'script.sql');
    await writeFile(file, script);
    const args = ['-n', '-M', 'prepared', '-T', String(seconds), '-c', String(CLIENTS), '-j', '2', '-f', file];
    const definitions = variables.flatMap((variable) => ['-D', variable]);
    const env = { PGDATABASE: OURS, PGOPTIONS: '-c role=storno_api -c search_path=' };
    const said = await pgbench(server, [...args, ...definitions], env);
    const count = /number of transactions actually processed: (\d+)/.exec(said)?.[1];
    if (count === undefined) throw new Error(`pgbench said no number: ${said}`);
    return Number(count);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ships with PostgreSQL's server packages, not with the embedded one: `apt-get install postgresql`. */
async function pgbench(
  server: ClientConfig,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = { PGDATABASE: THEIRS },
): Promise<string> {
  const client = new Client(server);
  const env = {
    ...process.env,
    PGHOST: client.host,
    PGPORT: String(client.port),
    PGUSER: client.user ?? '',
    PGPASSWORD: String(client.password ?? ''),
    ...settings,
  };
  try {
    return (await promisify(execFile)('pgbench', [...args], { env })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('pgbench is not installed; it comes with PostgreSQL (apt-get install postgresql).');
    }
    throw error;
  }
}

async function asAdmin(server: ClientConfig, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(server);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
