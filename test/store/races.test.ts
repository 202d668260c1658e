import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MINUTE_MS } from '../../src/core/kernel/time.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import { withBatching } from '../../src/world/postgres/store/batching.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from './both-roles.ts';
import { account, ending, event, grant, NOW, started, succeeded } from './samples.ts';

/** Pairs that come at once, on PostgreSQL itself: every time one of them must win, and only one. */
const RACES = Number(process.env.STORNO_STORE_RACES || 60);
const CONNECTIONS = 4;

let database: TestDatabase;
let store: LiveStore;

before(async () => {
  database = await freshDatabase();
  store = bothRoles(openStore(database.pool('storno_api')), openStore(database.pool('storno_worker')));
  for (const accountId of ['a', 'b']) await store.putAccount(account(accountId), NOW);
});
after(async () => {
  assert.deepEqual(await store.checkInvariants({ now: 0, overdueMs: 0 }), []);
  await database.close();
});

const said = (rentalId: string, accountId: string) =>
  ending({ accountId, rentalId, amountMinor: 1450n, uses: [], at: NOW });

async function caseOf(rentalId: string) {
  const found = await store.readCase({ accountId: 'a', rentalId, purpose: 'rental', occurrence: 1 });
  assert.ok(found, `${rentalId} has an intent`);
  return found;
}

/** Runs both sides at once, many times; `judge` says what must have come of it. */
async function race(name: string, once: (id: string) => Promise<void>): Promise<void> {
  for (let at = 0; at < RACES; at += CONNECTIONS) {
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, place) => once(`${name}${at + place}`)));
  }
}

describe(`of two that come at once (${RACES} times)`, () => {
  it('one writes the rental, under one account', () =>
    race('same', async (id) => {
      const answers = await Promise.all([store.endRental(said(id, 'a')), store.endRental(said(id, 'b'))]);
      assert.deepEqual(answers.map(({ kind }) => kind).sort(), ['created', 'exists']);
      const kept = await store.readRental(id);
      for (const answer of answers) if (answer.kind === 'exists') assert.deepEqual(answer.record, kept);
      assert.equal((await store.readIntents(id)).length, 1);
    }));

  it('one writes the rental, in batches that overlap', () =>
    race('batch', async (id) => {
      const ids = [`${id}x`, `${id}y`, `${id}z`];
      const answers = await Promise.all([
        store.endRentals(ids.map((one) => said(one, 'a'))),
        store.endRentals(ids.toReversed().map((one) => said(one, 'b'))),
      ]);
      assert.equal(answers.flat().filter(({ kind }) => kind === 'created').length, ids.length);
    }));

  it('one has the version', () =>
    race('version', async (id) => {
      await store.endRental(said(id, 'a'));
      const found = await caseOf(id);
      const starts = await Promise.all([store.apply(started(found, NOW)), store.applyAll([started(found, NOW + 1)])]);
      assert.deepEqual(starts.flat().sort(), ['applied', 'stale']);
      const inFlight = await caseOf(id);
      const ends = await Promise.all([
        store.apply(succeeded(inFlight, `ch_${id}`, NOW)),
        store.apply(succeeded(inFlight, `ch_${id}_too`, NOW)),
      ]);
      assert.deepEqual(ends.sort(), ['applied', 'stale']);
      assert.equal((await caseOf(id)).captures.length, 1);
    }));

  it('one holds the claim', () =>
    race('claim', async (id) => {
      await store.endRentals([said(`${id}x`, 'a'), said(`${id}y`, 'a')]);
      const request = { now: NOW + MINUTE_MS, leaseUntil: NOW + 9 * MINUTE_MS, limit: 3 };
      const claimed = await Promise.all([
        store.claim({ ...request, worker: 'one' }),
        store.claim({ ...request, worker: 'other' }),
      ]);
      const names = claimed.flat().map(({ intent }) => intent.key.rentalId);
      assert.equal(new Set(names).size, names.length);
    }));

  it('one voids or one begins', () =>
    race('void', async (id) => {
      await store.endRental(said(id, 'a'));
      const found = await caseOf(id);
      const { key, version } = found.intent;
      const [began, voided] = await Promise.all([
        store.apply(started(found, NOW)),
        store.voidRental({
          rentalId: id,
          accountId: 'a',
          revision: 1,
          voidedAt: NOW,
          reason: 'race',
          intents: [{ key, version }],
          restored: [],
          transfers: [],
          events: [event('rental.voided', 'a', { rental_id: id }, NOW)],
          next: null,
        }),
      ]);
      assert.deepEqual([began, voided].sort(), ['applied', 'stale']);
    }));

  it('one has the last minutes', () =>
    race('lot', async (id) => {
      await store.grantLot(grant({ accountId: 'a', lotId: id, minutes: 15, incidentId: null, at: NOW, days: 1 }));
      const use = (rentalId: string) =>
        store.endRental(
          ending({ accountId: 'a', rentalId, amountMinor: 5n, uses: [{ lotId: id, minutes: 10 }], at: NOW }),
        );
      const kinds = (await Promise.all([use(`${id}x`), use(`${id}y`)])).map(({ kind }) => kind);
      assert.deepEqual(kinds.sort(), ['created', 'lots_changed']);
    }));

  it('one gives minutes for the incident', () =>
    race('grant', async (id) => {
      const give = (lotId: string) =>
        store.grantLot(grant({ accountId: 'a', lotId, minutes: 15, incidentId: id, at: NOW, days: 1 }));
      assert.deepEqual((await Promise.all([give(`${id}x`), give(`${id}y`)])).sort(), ['created', 'exists']);
    }));
});

describe('a stop', () => {
  it('is followed by no claim that was begun before it', async () => {
    await store.endRentals(Array.from({ length: RACES * CONNECTIONS }, (_, at) => said(`stop${at}`, 'a')));
    for (let at = 0; at < RACES; at += 1) {
      const stop = async () => {
        await store.setControl({ charging: 'stopped', reason: 'race', by: 'me', at: NOW });
        const held = await versionsHeld();
        await new Promise((resolve) => setTimeout(resolve, 2));
        assert.equal(await versionsHeld(), held, 'a claim was written after the stop was answered');
      };
      const claims = Array.from({ length: CONNECTIONS }, (_, place) =>
        store.claim({ worker: `w${place}`, now: NOW + 1, leaseUntil: NOW + 99 * MINUTE_MS, limit: 1 }),
      );
      await Promise.all([stop(), ...claims]);
      await store.setControl({ charging: 'running', reason: 'race', by: 'me', at: NOW });
    }
  });
});

async function versionsHeld(): Promise<unknown> {
  const { rows } = await database.admin.query('select sum(version)::text as sum from storno.charge_intent');
  return rows[0]?.sum;
}

describe('callers that are coalesced', () => {
  it('get each their own answer, whatever else is in the batch', async () => {
    const pool = database.pool('storno_api');
    const batched = withBatching(store, pool, { connectionsMax: 2, rowsMax: 50 });
    const calls = Array.from({ length: 200 }, (_, at) => {
      const accountId = at % 10 === 0 ? 'nobody' : 'a';
      const broken = at % 50 === 7 ? `not an id ${at}` : `call${at % 150}`;
      return batched.endRental(said(broken, accountId));
    });
    const answers = await Promise.allSettled(calls);
    const count = (kind: string) =>
      answers.filter((one) => one.status === 'fulfilled' && one.value.kind === kind).length;
    assert.equal(answers.filter(({ status }) => status === 'rejected').length, 4);
    const { rows } = await database.admin.query(
      "select count(*)::int as n from storno.rental where rental_id like 'call%'",
    );
    assert.equal(count('created'), rows[0]?.n);
    assert.ok(count('exists') >= 40 && count('account_unknown') > 0);
  });
});

describe('without a store', () => {
  it('the same pairs sell minutes twice: the races are races', async () => {
    await database.admin.query('create table public.naive_lot (lot_id text primary key, remaining int)');
    let oversold = 0;
    await race('naive', async (id) => {
      await database.admin.query('insert into public.naive_lot values ($1, 15)', [id]);
      const use = async () => {
        const { rows } = await database.admin.query('select remaining from public.naive_lot where lot_id = $1', [id]);
        if (rows[0].remaining < 10) return 0;
        await database.admin.query('update public.naive_lot set remaining = $2 where lot_id = $1', [
          id,
          rows[0].remaining - 10,
        ]);
        return 10;
      };
      const [one, other] = await Promise.all([use(), use()]);
      if (one + other > 15) oversold += 1;
    });
    assert.ok(oversold > 0, 'nobody met anybody');
  });
});
