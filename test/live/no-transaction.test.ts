import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MINUTE_MS } from '../../src/core/kernel/time.ts';
import * as chargeDue from '../../src/flow/live/charge-due.ts';
import { endRentals } from '../../src/flow/live/end-rentals.ts';
import * as readLedger from '../../src/flow/live/read-ledger.ts';
import * as readListings from '../../src/flow/live/read-listings.ts';
import * as takeEvents from '../../src/flow/live/take-events.ts';
import type { LiveWorld } from '../../src/flow/live/world.ts';
import type { Provider } from '../../src/flow/ports/provider.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from '../store/both-roles.ts';
import { type House, openHouse } from './house.ts';

/** The flows on PostgreSQL: what the database sees at the moment at which the provider is called. */
let database: TestDatabase;
let house: House;
let world: LiveWorld;

const calls: string[] = [];
const heldOpen: string[] = [];

before(async () => {
  database = await freshDatabase();
  house = await openHouse();
  const store = bothRoles(openStore(database.pool('storno_api')), openStore(database.pool('storno_worker')));
  world = { ...house.world, store, providers: [watched(house.provider)] };
  await store.putMarket({ market: 'milano', timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 });
  const account = await house.store.readAccount('acc_1');
  assert.ok(account !== null);
  await store.putAccount(account, house.clock.now);
});

after(() => database.close());

/** The provider, before each of whose calls the database is asked what it holds open. */
function watched(provider: Provider): Provider {
  return new Proxy(provider, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        calls.push(String(name));
        heldOpen.push(...(await openTransactions()).map((what) => `${String(name)}: ${what}`));
        return Reflect.apply(method, target, args);
      };
    },
  });
}

async function openTransactions(): Promise<readonly string[]> {
  const { rows } = await database.admin.query<{ what: string }>(
    `select state || ' ' || query as what from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
  );
  return rows.map(({ what }) => what);
}

async function end(rentalId: string): Promise<void> {
  const startedAt = house.clock.now - 60 * MINUTE_MS;
  const [ended] = await endRentals(world, [
    {
      rentalId,
      accountId: 'acc_1',
      vehicleId: null,
      market: 'milano',
      startedAt,
      endedAt: house.clock.now,
      distanceMeters: null,
      pricing: { kind: 'stated', amountDue: { amountMinor: 1218n, currency: 'EUR' } },
    },
  ]);
  assert.equal(ended?.kind, 'created');
}

test('no transaction is open while the provider is called, by whatever flow', async () => {
  await end('r1');
  house.provider.manners.push('take_unheard');
  await chargeDue.runOnce(world, { worker: 'w', limit: 10, leaseMs: MINUTE_MS });
  house.clock.now += 13 * 60 * MINUTE_MS;
  await chargeDue.runOnce(world, { worker: 'w', limit: 10, leaseMs: MINUTE_MS });
  const event = { provider: 'stripe', merchantAccount: 'acct_1', eventId: 'evt_1', type: 'charge.succeeded' };
  await world.store.receiveEvent({ ...event, objectRef: 'ch_1', createdAt: house.clock.now }, '{}', house.clock.now);
  await takeEvents.runOnce(world, { limit: 10, leaseMs: MINUTE_MS });
  await readListings.runOnce(world);
  await readLedger.runOnce(world);
  const made = [...new Set(calls)].toSorted();
  assert.deepEqual(made, ['charge', 'fetch', 'listLedger', 'listPayments', 'lookUp'], 'all calls were made');
  assert.deepEqual(heldOpen, []);
});

test('one who calls with a transaction open is seen', async () => {
  const client = await database.pool('storno_worker').connect();
  try {
    await client.query('begin');
    await client.query('select 1 from storno.market');
    await world.providers[0]?.fetch({ merchantAccount: 'acct_1', providerRef: 'ch_1' });
    assert.match(heldOpen.splice(0).join(), /^fetch: idle in transaction select 1/);
  } finally {
    await client.query('rollback');
    client.release();
  }
});

test('what is about to be sent can be read by others before it is sent', async () => {
  await end('r2');
  const written: string[] = [];
  const charge: Provider['charge'] = async (request) => {
    const { rows } = await database.admin.query<{ state: string }>(
      'select state from storno.attempt where idempotency_key = $1',
      [request.idempotencyKey],
    );
    written.push(...rows.map(({ state }) => state));
    return house.provider.charge(request);
  };
  const asked = { ...world, providers: [{ ...house.provider, charge }] };
  await chargeDue.runOnce(asked, { worker: 'w', limit: 10, leaseMs: MINUTE_MS });
  assert.deepEqual(written, ['sent']);
});
