import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Pool } from 'pg';
import type { ProviderEvent } from '../../src/flow/ports/provider.ts';
import { type LiveStore, StoreUnavailable } from '../../src/flow/ports/store.ts';
import { openPool } from '../../src/world/postgres/connect.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from './both-roles.ts';
import { account, captured, captureOf, ending, NOW, started, succeeded } from './samples.ts';

let database: TestDatabase;
let store: LiveStore;
let pool: Pool;

before(async () => {
  database = await freshDatabase();
  pool = database.pool('storno_worker');
  store = bothRoles(openStore(database.pool('storno_api')), openStore(pool));
  await store.putAccount(account('a'), NOW);
});
after(async () => {
  assert.deepEqual(await store.checkInvariants({ now: 0, overdueMs: 0 }), []);
  await database.close();
});

const said = (rentalId: string) => ending({ accountId: 'a', rentalId, amountMinor: 1450n, uses: [], at: NOW });

async function caseOf(rentalId: string) {
  const found = await store.readCase({ accountId: 'a', rentalId, purpose: 'rental', occurrence: 1 });
  assert.ok(found, `${rentalId} has an intent`);
  return found;
}

describe('a session that the server ends', () => {
  it('while nobody uses it is replaced, and the process lives', async () => {
    const pid = await pidOf(pool);
    await database.admin.query('select pg_terminate_backend($1)', [pid]);
    await gone(pid);
    assert.equal((await store.readControl()).charging, 'running');
    assert.notEqual(await pidOf(pool), pid);
  });

  it('in the middle of a statement is a database that did not answer, and the process lives', async () => {
    const blocker = await database.admin.connect();
    await blocker.query('begin');
    await blocker.query('lock table storno.control');
    const broken = assert.rejects(store.readControl(), StoreUnavailable);
    await database.admin.query('select pg_terminate_backend($1)', [await waitingPid()]);
    await broken;
    await blocker.query('rollback');
    blocker.release();
    assert.equal((await store.readControl()).charging, 'running');
  });

  it('while it is held between two statements is noticed by its holder alone', async () => {
    const heard: Error[] = [];
    const setup = { server: database.server, role: 'storno_worker', name: 'held' } as const;
    const held = openPool({ ...setup, connectionsMax: 1, statementMsMax: 1000 }, (error) => heard.push(error));
    const client = await held.connect();
    const pid = await pidOf(client);
    await database.admin.query('select pg_terminate_backend($1)', [pid]);
    await gone(pid);
    await assert.rejects(client.query('select 1'));
    client.release(true);
    assert.equal((await held.query('select 1 as one')).rows[0]?.one, 1);
    assert.ok(heard.length > 0);
    await held.end();
  });
});

async function pidOf(connections: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await connections.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

async function waitingPid(): Promise<number> {
  for (;;) {
    const { rows } = await database.admin.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows[0] !== undefined) return rows[0].pid;
  }
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    const { rows } = await database.admin.query('select 1 from pg_stat_activity where pid = $1', [pid]);
    if (rows.length === 0) return;
  }
}

describe('no connection left', () => {
  it('at the server is a database that did not answer, until there is one', async () => {
    const late = database.pool('storno_api');
    await database.admin.query(`alter database ${database.name} connection limit 0`);
    try {
      await assert.rejects(openStore(late).readControl(), StoreUnavailable);
    } finally {
      await database.admin.query(`alter database ${database.name} connection limit -1`);
    }
    assert.equal((await openStore(late).readControl()).charging, 'running');
  });

  it('in the pool is a database that did not answer, until one is given back', async () => {
    const setup = { server: database.server, role: 'storno_worker', name: 'narrow' } as const;
    const narrow = openPool({ ...setup, connectionsMax: 1, statementMsMax: 1000 }, () => undefined);
    const client = await narrow.connect();
    await assert.rejects(openStore(narrow).readControl(), StoreUnavailable);
    client.release();
    assert.equal((await openStore(narrow).readControl()).charging, 'running');
    await narrow.end();
  });
});

describe('a disk that is full', () => {
  /** Stands where the server itself would say it: at the last row of what is written together. */
  async function fullAt(table: string, work: () => Promise<void>): Promise<void> {
    await database.admin.query(`
      create function public.full() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
      create trigger full_disk before insert on storno.${table} for each row execute function public.full()`);
    try {
      await work();
    } finally {
      await database.admin.query(`drop trigger full_disk on storno.${table}; drop function public.full()`);
    }
  }

  it('leaves nothing of a rental, and the same is taken once there is room', async () => {
    for (const table of ['rental', 'charge_intent', 'transfer', 'outbox']) {
      const id = `full_${table}`;
      await fullAt(table, () => assert.rejects(store.endRental(said(id)), StoreUnavailable, table));
      assert.equal(await store.readRental(id), null, table);
      assert.deepEqual(await store.endRental(said(id)), { kind: 'created' }, table);
    }
  });

  it('leaves nothing of an outcome: the attempt stays open until there is room', async () => {
    await store.endRental(said('full_outcome'));
    await store.apply(started(await caseOf('full_outcome'), NOW));
    const found = await caseOf('full_outcome');
    const change = succeeded(found, 'ch_full', NOW);
    for (const table of ['capture', 'transfer', 'evidence', 'outbox']) {
      await fullAt(table, () => assert.rejects(store.apply(change), StoreUnavailable, table));
      assert.deepEqual(await caseOf('full_outcome'), found, table);
    }
    assert.equal(await store.apply(change), 'applied');
  });
});

describe('two merchant accounts whose provider gives the same ids', () => {
  it('have each their own event', async () => {
    for (const merchantAccount of ['acct_1', 'acct_2']) {
      assert.equal(await store.receiveEvent(eventOf(merchantAccount), '{}', NOW), 'stored');
      assert.equal(await store.receiveEvent(eventOf(merchantAccount), '{}', NOW), 'repeated');
    }
  });

  it('have each their own capture, booked apart', async () => {
    for (const [rentalId, merchantAccount] of [
      ['same_1', 'acct_1'],
      ['same_2', 'acct_2'],
    ] as const) {
      await store.endRental(said(rentalId));
      await store.apply(started(await caseOf(rentalId), NOW));
      const found = await caseOf(rentalId);
      const capture = { ...captureOf(found, 'ch_same', NOW), merchantAccount };
      const change = { ...succeeded(found, 'ch_same', NOW), capture, transfers: [captured(capture)] };
      assert.equal(await store.apply(change), 'applied', merchantAccount);
    }
    const { rows } = await database.admin.query(
      "select source_ref from storno.transfer where kind = 'capture' and source_ref like '%ch_same' order by 1",
    );
    assert.deepEqual(
      rows.map(({ source_ref }) => source_ref),
      ['stripe:acct_1:ch_same', 'stripe:acct_2:ch_same'],
    );
  });
});

function eventOf(merchantAccount: string): ProviderEvent {
  const common = { provider: 'stripe', eventId: 'evt_same', type: 'charge.succeeded', objectRef: 'ch_same' };
  return { ...common, merchantAccount, createdAt: NOW };
}
