import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Client, type ClientConfig, escapeIdentifier, Pool } from 'pg';
import { EXACT_TYPES, openPool, withDatabase } from '../src/world/postgres/connect.ts';
import { dataFolder } from '../src/world/postgres/embedded/folder.ts';
import { type EmbeddedServer, openEmbedded } from '../src/world/postgres/embedded.ts';
import { migrate } from '../src/world/postgres/migrate.ts';
import { readMigrations } from '../src/world/postgres/migrations.ts';
import { allowLogin, closeDatabase, LOGIN_ROLES, type LoginRole } from '../src/world/postgres/roles.ts';

/**
 * Real PostgreSQL for tests: each test gets a database of its own, cloned from a migrated template. All test files of
 * a user share one embedded server in the temporary folder; the first starts it, the last one out stops it. With
 * STORNO_TEST_DATABASE_URL the databases are made there instead; its user must be a superuser.
 */
export interface TestDatabase {
  readonly name: string;
  /** As the superuser. */
  readonly server: ClientConfig;
  /** As the superuser, for whatever a test wants to look at. */
  readonly admin: Pool;
  /** A pool as the program opens it; ended with the database. */
  pool(role: LoginRole): Pool;
  /** Ends the pools and drops the database. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 10;
const STATEMENT_MS_MAX = 30_000;

interface TestServer extends Pick<EmbeddedServer, 'server' | 'close'> {
  readonly passwords: Readonly<Record<LoginRole, string>>;
}

let started: Promise<TestServer & { readonly template: string }> | null = null;
let made = 0;

const endings: (() => Promise<void>)[] = [];

/** Runs before the server is let go: hooks of a test file run in the order of their imports, so after this one's. */
export function atEnd(ending: () => Promise<void>): void {
  endings.push(ending);
}

/** A file's own hook may close its database after this one: whoever closes the last lets the server go. */
let inUse = 0;
let isOver = false;

after(async () => {
  for (const ending of endings) await ending();
  isOver = true;
  if (inUse === 0) await letGo();
});

async function letGo(): Promise<void> {
  const server = await started?.catch(() => null);
  await server?.close();
}

/** A migrated, empty database of one's own. */
export async function freshDatabase(): Promise<TestDatabase> {
  started ??= startServer();
  const { server, template, passwords } = await started;
  made += 1;
  inUse += 1;
  const name = `test_${process.pid}_${made}`;
  await asAdmin(server, async (client) => {
    await client.query(`create database ${name} template ${template}`);
  });
  const config = withDatabase(server, name);
  await asAdmin(config, (client) => closeDatabase(client, name));
  return testDatabase({ server, config, name, passwords });
}

function testDatabase({
  server,
  config,
  name,
  passwords,
}: {
  readonly server: ClientConfig;
  readonly config: ClientConfig;
  readonly name: string;
  readonly passwords: TestServer['passwords'];
}): TestDatabase {
  const admin = new Pool({ ...config, max: CONNECTIONS_MAX, types: EXACT_TYPES });
  // A test may kill its server; what broke shows in the calls.
  admin.on('error', () => undefined);
  const pools: Pool[] = [admin];
  return {
    name,
    server: config,
    admin,
    pool: (role) => {
      const setup = {
        server: withLogin(config, role, passwords[role]),
        role,
        name: `storno ${role}`,
        connectionsMax: CONNECTIONS_MAX,
        statementMsMax: STATEMENT_MS_MAX,
      };
      const pool = openPool(setup, () => undefined);
      pools.push(pool);
      return pool;
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await asAdmin(server, (client) => client.query(`drop database if exists ${name} with (force)`));
      inUse -= 1;
      if (isOver && inUse === 0) await letGo();
    },
  };
}

async function startServer() {
  const { server, passwords, close } = await chooseServer();
  try {
    return { server, passwords, template: await makeTemplate(server, passwords), close };
  } catch (error) {
    // Held on to, the server would keep this process alive.
    await close();
    throw error;
  }
}

async function chooseServer(): Promise<TestServer> {
  const url = process.env.STORNO_TEST_DATABASE_URL;
  if (url) {
    const passwords = Object.fromEntries(LOGIN_ROLES.map((role) => [role, 'storno-test'])) as TestServer['passwords'];
    return { server: { connectionString: url }, passwords, close: async () => undefined };
  }
  return openEmbedded(dataFolder(join(await temporaryFolder(), `storno-test-${process.getuid?.() ?? 0}`)));
}

/** Databases of the tests, a few at a time, with their logs. */
const ROOM_BYTES = 4e9;

/** In memory where there is room: making and dropping databases is then four times as fast, all else is the same. */
async function temporaryFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory !== null && memory.bavail * memory.bsize > ROOM_BYTES ? '/dev/shm' : tmpdir();
}

/** One template for each text of the migrations; those of other texts and the databases of dead processes go. */
async function makeTemplate(server: ClientConfig, passwords: TestServer['passwords']): Promise<string> {
  const texts = (await readMigrations()).map(({ sha256 }) => sha256).join();
  const template = `storno_template_${createHash('sha256').update(texts).digest('hex').slice(0, 16)}`;
  await asAdmin(server, async (client) => {
    await client.query('select pg_advisory_lock(8243112016)');
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where datname ~ '^(test_[0-9]+_|storno_template_)'",
    );
    for (const { name } of rows) {
      if (isLeftBehind(name)) await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
    }
    if (!rows.some(({ name }) => name === template)) {
      await client.query(`create database ${template}_new`);
      await asAdmin(withDatabase(server, `${template}_new`), migrate);
      await client.query(`alter database ${template}_new rename to ${template}`);
    }
    await letRolesIn(client, passwords);
  });
  return template;
}

/** As in production, a role logs in as itself and has nothing to fall back to. */
async function letRolesIn(client: Client, passwords: TestServer['passwords']): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select rolname as name from pg_roles where rolcanlogin');
  for (const role of LOGIN_ROLES) {
    if (!rows.some(({ name }) => name === role)) await allowLogin(client, role, passwords[role]);
  }
}

function isLeftBehind(name: string): boolean {
  if (name.endsWith('_new')) return true;
  const pid = /^test_(\d+)_/.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Its address as an operator would write it, as the superuser. */
export function urlOf({ name, server }: TestDatabase): string {
  if (server.connectionString !== undefined) return server.connectionString;
  const { user, password, host, port } = server;
  return `postgresql://${user}:${password}@localhost/${name}?host=${encodeURIComponent(String(host))}&port=${port}`;
}

function withLogin(config: ClientConfig, user: string, password: string): ClientConfig {
  if (config.connectionString === undefined) return { ...config, user, password };
  const url = new URL(config.connectionString);
  url.username = user;
  url.password = password;
  return { ...config, connectionString: url.href };
}

async function asAdmin<T>(server: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(server);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
