import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ApiKey, Keys } from '../flow/ports/office.ts';
import type { LiveStore, Market, StoredPlan } from '../flow/ports/store.ts';
import type { Clock } from '../flow/ports/world.ts';
import { REMEMBERED_MS, rememberKeys, rememberPlaces } from './remember.ts';

const KEY: ApiKey = {
  keyId: 'key_1',
  secretDigest: '0'.repeat(64),
  name: 'trial',
  scopes: [],
  staffId: null,
  recordedAt: 0,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};

function clockAt(begin: number): Clock & { pass(ms: number): void } {
  let nowMs = begin;
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => undefined,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

/** Rows that anybody may change behind our back. */
function keysOf(rows: Map<string, ApiKey>) {
  let [reads, touches] = [0, 0];
  const keys: Keys = {
    putKey: async (key) => void rows.set(key.keyId, key),
    readKey: async (keyId) => {
      reads += 1;
      return rows.get(keyId) ?? null;
    },
    listKeys: async () => [...rows.values()],
    revokeKey: async (keyId, now) => {
      rows.set(keyId, { ...(rows.get(keyId) ?? KEY), revokedAt: now });
      return 'revoked';
    },
    touchKey: async () => {
      touches += 1;
    },
  };
  return { keys, reads: () => reads, touches: () => touches };
}

it('a key that another process revokes opens nothing after two seconds', async () => {
  const rows = new Map([[KEY.keyId, KEY]]);
  const clock = clockAt(0);
  const keys = rememberKeys(keysOf(rows).keys, clock);
  await keys.readKey('key_1');
  rows.set('key_1', { ...KEY, revokedAt: 1 });
  clock.pass(REMEMBERED_MS + 1);
  assert.equal((await keys.readKey('key_1'))?.revokedAt, 1);
  assert.equal(REMEMBERED_MS, 2000);
});

it('a key that is revoked here opens nothing at once', async () => {
  const keys = rememberKeys(keysOf(new Map([[KEY.keyId, KEY]])).keys, clockAt(0));
  await keys.readKey('key_1');
  await keys.revokeKey('key_1', 5);
  assert.equal((await keys.readKey('key_1'))?.revokedAt, 5);
});

it('a key that was used is known as used, without being read again', async () => {
  const { keys, reads } = keysOf(new Map([[KEY.keyId, KEY]]));
  const remembered = rememberKeys(keys, clockAt(0));
  await remembered.readKey('key_1');
  await remembered.touchKey('key_1', 7);
  assert.equal((await remembered.readKey('key_1'))?.lastUsedAt, 7);
  assert.equal(reads(), 1);
});

it('an unknown key is asked for each time', async () => {
  const { keys, reads } = keysOf(new Map());
  const remembered = rememberKeys(keys, clockAt(0));
  for (let time = 0; time < 2; time += 1) assert.equal(await remembered.readKey('key_1'), null);
  assert.equal(reads(), 2);
});

const MILANO: Market = { market: 'milano', timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 };
const planFrom = (validFrom: number): StoredPlan => ({
  market: 'milano',
  planId: 'base',
  digest: String(validFrom),
  body: '{}',
  validFrom,
});

function placesOf(clock: Clock) {
  const markets = new Map([['milano', MILANO]]);
  const plans = [planFrom(100), planFrom(500)];
  let reads = 0;
  const store = {
    readMarket: async (market: string) => markets.get(market) ?? null,
    putMarket: async (market: Market) => {
      markets.set(market.market, market);
      return 'updated';
    },
    readPlan: async (_market: string, _planId: string, at: number) => {
      reads += 1;
      return plans.findLast(({ validFrom }) => validFrom <= at) ?? null;
    },
    putPlan: async (plan: StoredPlan) => {
      plans.push(plan);
      plans.sort((one, other) => one.validFrom - other.validFrom);
      return 'created';
    },
  };
  return { store: rememberPlaces(store as unknown as LiveStore, clock), reads: () => reads };
}

it('a market that changes here is seen changed at once', async () => {
  const { store } = placesOf(clockAt(1000));
  await store.readMarket('milano');
  await store.putMarket({ ...MILANO, vatBasisPoints: 1000 });
  assert.equal((await store.readMarket('milano'))?.vatBasisPoints, 1000);
});

it('the plan is the one that held when the rental began', async () => {
  const { store } = placesOf(clockAt(1000));
  for (const [at, validFrom] of [
    [700, 500],
    [499, 100],
    [500, 500],
    [99, undefined],
    [1001, 500],
  ] as const) {
    assert.equal((await store.readPlan('milano', 'base', at))?.validFrom, validFrom, `at ${at}`);
  }
});

it('the newest plan is read once for many rentals', async () => {
  const { store, reads } = placesOf(clockAt(1000));
  for (let at = 600; at < 700; at += 1) await store.readPlan('milano', 'base', at);
  assert.equal(reads(), 1);
});

it('a plan that is put here holds at once', async () => {
  const clock = clockAt(1000);
  const { store } = placesOf(clock);
  await store.readPlan('milano', 'base', 900);
  await store.putPlan(planFrom(800));
  assert.equal((await store.readPlan('milano', 'base', 900))?.validFrom, 800);
});
