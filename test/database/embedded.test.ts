import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStatus, startToStay, stopAnyway, stopIfUnused } from '../../src/world/postgres/administer.ts';
import { openDatabase } from '../../src/world/postgres/database.ts';
import { type DataFolder, dataFolder } from '../../src/world/postgres/embedded/folder.ts';
import { postmasterFile, readPostmaster } from '../../src/world/postgres/embedded/postmaster-file.ts';
import { killServer, serverProcesses, startClient, temporaryData } from './processes.ts';

const ON_LINUX = { skip: process.platform === 'linux' ? false : 'looks into /proc' };

describe('the embedded server', ON_LINUX, () => {
  let folder: Awaited<ReturnType<typeof temporaryData>>;

  before(async () => {
    folder = await temporaryData();
  });
  after(async () => {
    await killServer(folder);
    await folder.remove();
  });

  it('is made, started and stopped by whoever needs it', async (t) => {
    const begun = performance.now();
    const database = await open(folder);
    assert.equal(await countAlarms(database), 0n);
    t.diagnostic(`E1: first query on a fresh folder after ${Math.round(performance.now() - begun)} ms`);
    assert.equal((await serverProcesses(folder)).length > 0, true);
    await database.close();
    assert.deepEqual(await serverProcesses(folder), []);
    assert.equal(await readPostmaster(folder), null);
  });

  it('keeps the programs of its own version alone, once it has started them', async () => {
    const [own = ''] = await readdir(folder.engines);
    const [living, dead] = [`.copying-${process.pid}`, '.copying-999999999'];
    for (const name of ['1.0.0', living, dead]) await mkdir(join(folder.engines, name, 'bin'), { recursive: true });
    const database = await open(folder);
    assert.deepEqual(new Set(await readdir(folder.engines)), new Set([own, living]));
    await mkdir(join(folder.engines, '1.0.0'));
    const second = await open(folder);
    assert.ok((await readdir(folder.engines)).includes('1.0.0'), 'whoever finds it running may be of another version');
    for (const one of [second, database]) await one.close();
    await rm(join(folder.engines, living), { recursive: true });
  });

  it('keeps fsync, full_page_writes and synchronous_commit on, whatever the configuration file says', async () => {
    await writeFile(join(folder.cluster, 'postgresql.auto.conf'), 'fsync = off\nfull_page_writes = off\n');
    const database = await open(folder);
    const pool = poolOf(database);
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
      const { rows } = await pool.query(`select current_setting($1) as value`, [setting]);
      assert.equal(rows[0]?.value, 'on', setting);
    }
    await database.close();
    await writeFile(join(folder.cluster, 'postgresql.auto.conf'), '');
  });

  it('runs as somebody who is not root, and listens on no network', async () => {
    const database = await open(folder);
    const [pid] = await serverProcesses(folder);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    assert.doesNotMatch(status, /^Uid:\t0\t/m);
    const { rows } = await poolOf(database).query("select current_setting('listen_addresses') as value");
    assert.equal(rows[0]?.value, '');
    await database.close();
  });

  it('is shared: the first starts it, the last one out stops it', async () => {
    const first = startClient(folder, 'hold');
    const server = await first.heard(/^server \d+/);
    const second = startClient(folder, 'hold');
    assert.equal(await second.heard(/^server/), server);
    assert.equal(await first.leave(), 0);
    const database = await open(folder);
    assert.equal(`server ${(await readPostmaster(folder))?.pid}`, server);
    await database.close();
    assert.equal(await second.leave(), 0);
    assert.deepEqual(await serverProcesses(folder), []);
  });

  it('stays when it was started to stay, and is not stopped while it is used', async () => {
    await startToStay(folder);
    const client = startClient(folder, 'hold');
    await client.heard(/^server/);
    assert.equal((await stopIfUnused(folder)).kind, 'in_use');
    await client.leave();
    const { state, stays, schema } = await readStatus({ kind: 'embedded', folder });
    assert.deepEqual([state, stays, schema?.pending], ['running', true, 0]);
    assert.equal((await stopIfUnused(folder)).kind, 'stopped');
    assert.equal((await stopIfUnused(folder)).kind, 'was_not_running');
    assert.deepEqual(await serverProcesses(folder), []);
  });

  it('is started again by whoever holds it when it is killed', async () => {
    const database = await open(folder);
    const pool = poolOf(database);
    await pool.query('select 1');
    await killServer(folder);
    assert.equal(await eventually(async () => (await pool.query('select 1 as one')).rows[0]?.one), 1);
    await database.close();
    assert.deepEqual(await serverProcesses(folder), []);
  });

  it('is started again when its first process alone is killed, and the others say that they were told to end', async () => {
    const database = await open(folder);
    const pool = poolOf(database);
    await pool.query('select 1');
    const killed = await readPostmaster(folder);
    assert.ok(killed !== null);
    process.kill(killed.pid, 'SIGKILL');
    await eventually(async () => assert.notEqual((await readPostmaster(folder))?.pid, killed.pid));
    assert.equal(await eventually(async () => (await pool.query('select 1 as one')).rows[0]?.one), 1);
    await database.close();
    assert.deepEqual(await serverProcesses(folder), []);
  });

  it('is not started again by those who hold it when it was told to stop', async () => {
    const database = await open(folder);
    assert.equal((await stopAnyway(folder)).kind, 'stopped');
    await sleep(500);
    assert.deepEqual(await serverProcesses(folder), []);
    await database.close();
  });

  it('starts in spite of a lock file whose number another process has by now', async () => {
    const stale = `${process.pid}\n${folder.cluster}\n1415000000\n5432\n${folder.run}\n\n  0 0\nready   \n`;
    await writeFile(postmasterFile(folder), stale);
    const database = await open(folder);
    assert.equal(typeof (await countAlarms(database)), 'bigint');
    await database.close();
  });

  it('waits for a killed server that its parent has not noticed yet', async () => {
    const parent = startClient(folder, 'hold');
    await parent.heard(/^server/);
    parent.process.kill('SIGSTOP');
    await killServer(folder);
    const opening = open(folder);
    await sleep(700);
    parent.process.kill('SIGKILL');
    const database = await opening;
    assert.equal(typeof (await countAlarms(database)), 'bigint');
    await database.close();
  });

  it('says in its own words why it does not start', async () => {
    const file = join(folder.cluster, 'postgresql.conf');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\nno_such_setting = 1\n`);
    await assert.rejects(open(folder), /unrecognized configuration parameter "no_such_setting"/);
    await writeFile(file, text);
  });

  it('refuses a cluster of another major version', async () => {
    const file = join(folder.cluster, 'PG_VERSION');
    const text = await readFile(file, 'utf8');
    await writeFile(file, '17\n');
    await assert.rejects(open(folder), /was made by PostgreSQL 17; this Storno brings 18/);
    await writeFile(file, text);
  });

  it('says so when the passwords are not those of the server', async () => {
    const database = await open(folder);
    const text = await readFile(folder.passwords, 'utf8');
    await writeFile(folder.passwords, text.replace(/"postgres": ".*"/, '"postgres": "other"'));
    await assert.rejects(open(folder), /does not take the password that .*passwords.json holds/);
    await writeFile(folder.passwords, text);
    await database.close();
  });

  it('loses nothing that was acknowledged when everything is killed', async (t) => {
    const restarts: number[] = [];
    let acknowledged = 0;
    for (let round = 1; round <= KILL_ROUNDS; round += 1) {
      const client = startClient(folder, 'insert');
      await client.heard(/-[123]-20$/);
      await sleep((round * 37) % 100);
      await Promise.all([killServer(folder), client.process.kill('SIGKILL')]);
      await client.exit;
      const ids = client.said.filter((line) => /^\d+-/.test(line));
      acknowledged += ids.length;
      const begun = performance.now();
      const database = await open(folder);
      const { rows } = await poolOf(database).query<{ lost: string }>(
        'select lost from unnest($1::text[]) as lost where lost not in (select subject from storno.alarm)',
        [ids],
      );
      restarts.push(Math.round(performance.now() - begun));
      assert.deepEqual(rows, [], `round ${round}`);
      await database.close();
    }
    restarts.sort((a, b) => a - b);
    t.diagnostic(`E2: 0 of ${acknowledged} acknowledged rows lost in ${KILL_ROUNDS} rounds of kill -9`);
    t.diagnostic(`E1: restart to first query ${restarts[0]}/${restarts[KILL_ROUNDS >> 1]}/${restarts.at(-1)} ms`);
  });
});

describe('the embedded server of a further folder', ON_LINUX, () => {
  it('is one, if three processes start it at once', async () => {
    const folder = await temporaryData();
    const clients = [1, 2, 3].map(() => startClient(folder, 'hold'));
    const servers = await Promise.all(clients.map((client) => client.heard(/^server \d+/)));
    assert.equal(new Set(servers).size, 1);
    assert.deepEqual(await Promise.all(clients.map((client) => client.leave())), [0, 0, 0]);
    assert.deepEqual(await serverProcesses(folder), []);
    await folder.remove();
  });

  it('listens on a free port of this machine alone where the path of a socket would be too long', async () => {
    const outer = await temporaryData();
    const folder = dataFolder(join(outer.path, 'a'.repeat(60), 'b'.repeat(60)));
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    await mkdir(folder.path, { recursive: true });
    await writeFile(folder.port, String(port));
    const database = await open(folder);
    const postmaster = await readPostmaster(folder);
    assert.equal(postmaster?.address, '127.0.0.1');
    assert.notEqual(postmaster?.port, port);
    assert.equal(await countAlarms(database), 0n);
    await database.close();
    taken.close();
    await outer.remove();
  });

  const asRoot = process.getuid?.() === 0 ? {} : { skip: 'needs root to become somebody else' };

  it('runs for an ordinary user as himself, and is his alone', asRoot, async () => {
    const outer = await temporaryData();
    const folder = dataFolder(join(outer.path, 'mine'));
    await chmod(outer.path, 0o777);
    const client = startClient(folder, 'hold', NOBODY);
    const server = Number((await client.heard(/^server/)).split(' ')[1]);
    assert.match(await readFile(`/proc/${server}/status`, 'utf8'), new RegExp(`^Uid:\t${NOBODY.uid}\t`, 'm'));
    const stranger = startClient(folder, 'hold', { uid: NOBODY.uid - 1, gid: NOBODY.gid - 1 });
    await assert.rejects(stranger.heard(/^server/), /cannot be read|belongs to user|may be read by its owner alone/);
    await client.leave();
    assert.deepEqual(await serverProcesses(folder), []);
    await outer.remove();
  });

  it('says which folder bars the way for the user whom root starts it as', asRoot, async () => {
    const outer = await temporaryData();
    await chmod(outer.path, 0o700);
    await assert.rejects(open(dataFolder(join(outer.path, 'mine'))), /may not enter .*storno-data-/);
    await outer.remove();
  });
});

/** STORNO_KILL_ROUNDS=100 for the measured figure. */
const KILL_ROUNDS = Number(process.env.STORNO_KILL_ROUNDS ?? '10');
const NOBODY = { uid: 65534, gid: 65534 };
const EVENTUALLY_MS = 15_000;

type Opened = Awaited<ReturnType<typeof openDatabase>>;

function open(folder: DataFolder): Promise<Opened> {
  return openDatabase({ kind: 'embedded', folder }, () => undefined);
}

function poolOf(database: Opened) {
  return database.openPool({ role: 'storno_worker', connectionsMax: 2, statementMsMax: 10_000 });
}

async function countAlarms(database: Opened): Promise<bigint> {
  const { rows } = await poolOf(database).query<{ count: bigint }>('select count(*) from storno.alarm');
  return rows[0]?.count ?? -1n;
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + EVENTUALLY_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(50);
    }
  }
}
