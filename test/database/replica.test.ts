import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import { type LiveStore, StoreUnavailable } from '../../src/flow/ports/store.ts';
import { openPool, withDatabase } from '../../src/world/postgres/connect.ts';
import { type EmbeddedServer, openEmbedded } from '../../src/world/postgres/embedded.ts';
import { migrate } from '../../src/world/postgres/migrate.ts';
import { allowLogin } from '../../src/world/postgres/roles.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { temporaryData } from './processes.ts';

/** A server whose commits wait for a replica that is not there: what an operator sees when his standby is gone. */
const ON_LINUX = { skip: process.platform === 'linux' ? false : 'looks into /proc' };

let folder: Awaited<ReturnType<typeof temporaryData>>;
let server: EmbeddedServer;
let admin: Client;
let pool: Pool;
let store: LiveStore;

before(async () => {
  if (ON_LINUX.skip !== false) return;
  folder = await temporaryData();
  server = await openEmbedded(folder);
  const maintenance = new Client(server.server);
  await maintenance.connect();
  await maintenance.query('create database waiting');
  await maintenance.end();
  const database = withDatabase(server.server, 'waiting');
  admin = new Client(database);
  await admin.connect();
  await migrate(admin);
  await allowLogin(admin, 'storno_api', server.passwords.storno_api);
  const login = { ...database, user: 'storno_api', password: server.passwords.storno_api };
  const setup = {
    server: login,
    role: 'storno_api',
    name: 'waits',
    connectionsMax: 2,
    statementMsMax: 30_000,
  } as const;
  pool = openPool(setup, () => undefined);
  store = openStore(pool);
  await pool.query('select 1');
  // Of the superuser's own session: nothing that it commits waits.
  await admin.query('set synchronous_commit = local');
  await admin.query("alter system set synchronous_standby_names = 'nobody'");
  await admin.query('select pg_reload_conf()');
});

after(async () => {
  await pool?.end();
  await admin?.end();
  await server?.close();
  await folder?.remove();
});

const MARKET = { timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 };

/** Ends the waits for the replica, as an operator would, until the call has its answer. */
async function whileWaitsEnd<T>(how: 'pg_cancel_backend' | 'pg_terminate_backend', call: Promise<T>): Promise<T> {
  let waits = 0;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  call.then(over, over);
  while (!isOver) {
    const { rows } = await admin.query(`select ${how}(pid) from pg_stat_activity where wait_event = 'SyncRep'`);
    waits += rows.length;
    await sleep(10);
  }
  assert.ok(waits > 0, 'nobody waited');
  return call;
}

test('a wait for the replica that is cancelled has committed, and is said so', ON_LINUX, async () => {
  const answer = await whileWaitsEnd('pg_cancel_backend', store.putMarket({ market: 'cancelled', ...MARKET }));
  assert.equal(answer, 'created');
  assert.notEqual(await store.readMarket('cancelled'), null);
});

test(
  'a wait for the replica that ends with its connection is unknown, and the same finds what stands',
  ON_LINUX,
  async () => {
    const put = () => store.putMarket({ market: 'terminated', ...MARKET });
    await assert.rejects(whileWaitsEnd('pg_terminate_backend', put()), StoreUnavailable);
    assert.notEqual(await store.readMarket('terminated'), null);
    await admin.query('alter system reset synchronous_standby_names');
    await admin.query('select pg_reload_conf()');
    assert.notEqual(await put(), 'created');
  },
);
