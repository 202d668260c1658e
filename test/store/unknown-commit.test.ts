import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LiveStore, StoreUnavailable } from '../../src/flow/ports/store.ts';
import { openPool } from '../../src/world/postgres/connect.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from './both-roles.ts';
import { CUTS, type CuttingProxy, openCuttingProxy } from './cutting-proxy.ts';
import { account, captureOf, ending, event, grant, NOW, started, succeeded } from './samples.ts';

/** How often each method is cut at each place. */
const ROUNDS = Number(process.env.STORNO_STORE_CUTS || 8);

/** As it goes over the wire: a `begin … read committed` ends otherwise. */
const COMMIT = 'commit\0';

let database: TestDatabase;
let proxy: CuttingProxy;
let cut: LiveStore;
let whole: LiveStore;
let close: () => Promise<unknown>;

before(async () => {
  database = await freshDatabase();
  proxy = await openCuttingProxy(database.server);
  const poolOf = (role: 'storno_api' | 'storno_worker') =>
    openPool({ server: proxy.server, role, name: 'cut', connectionsMax: 2, statementMsMax: 10_000 }, () => undefined);
  const [api, worker] = [poolOf('storno_api'), poolOf('storno_worker')];
  cut = bothRoles(openStore(api), openStore(worker));
  whole = bothRoles(openStore(database.pool('storno_api')), openStore(database.pool('storno_worker')));
  close = () => Promise.all([api.end(), worker.end()]);
  await whole.putAccount(account('a'), NOW);
});
after(async () => {
  assert.deepEqual(await whole.checkInvariants({ now: 0, overdueMs: 0 }), []);
  await close();
  await proxy.close();
  await database.close();
});

const said = (rentalId: string) => ending({ accountId: 'a', rentalId, amountMinor: 1450n, uses: [], at: NOW });

async function caseOf(rentalId: string) {
  const found = await whole.readCase({ accountId: 'a', rentalId, purpose: 'rental', occurrence: 1 });
  assert.ok(found, `${rentalId} has an intent`);
  return found;
}

/** Cuts the call at every place, repeats it as a caller would, and looks at what came of both. */
async function everywhere<T>(
  name: string,
  text: string,
  parts: {
    readonly prepare: (id: string) => Promise<T>;
    readonly call: (prepared: T, id: string) => Promise<string>;
    readonly answers: readonly string[];
    readonly judge: (id: string) => Promise<void>;
  },
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const place of CUTS) {
      const id = `${name}_${place}_${round}`;
      const prepared = await parts.prepare(id);
      const cutsBefore = proxy.cuts();
      proxy.arm(place, text);
      await assert.rejects(parts.call(prepared, id), StoreUnavailable, `${id} was cut`);
      assert.equal(proxy.cuts(), cutsBefore + 1);
      const answer = await parts.call(prepared, id);
      assert.ok(parts.answers.includes(answer), `${id} repeated answers ${answer}`);
      if (place === 'before') assert.equal(answer, parts.answers[0]);
      if (place === 'after') assert.equal(answer, parts.answers[1]);
      await parts.judge(id);
    }
  }
}

describe(`a connection that breaks in the commit (${ROUNDS * CUTS.length} times each)`, () => {
  it('leaves one rental', () =>
    everywhere('end', 'end_rental_', {
      prepare: async () => undefined,
      call: async (_, id) => (await cut.endRental(said(id))).kind,
      answers: ['created', 'exists'],
      judge: async (id) => {
        assert.deepEqual(await whole.readRental(id), said(id).record);
        assert.equal((await whole.readIntents(id)).length, 1);
      },
    }));

  it('leaves each rental of a batch once', () =>
    everywhere('many', 'end_rentals', {
      prepare: async () => undefined,
      call: async (_, id) => {
        const kinds = await cut.endRentals([said(`${id}x`), said(`${id}y`)]);
        return [...new Set(kinds.map(({ kind }) => kind))].join();
      },
      answers: ['created', 'exists'],
      judge: async (id) => assert.equal((await whole.readIntents(`${id}y`)).length, 1),
    }));

  it('leaves one attempt, and then one capture', () =>
    everywhere('apply', 'apply', {
      prepare: async (id) => {
        await whole.endRental(said(id));
        await whole.apply(started(await caseOf(id), NOW));
        return caseOf(id);
      },
      call: (found, id) => cut.apply(succeeded(found, `ch_${id}`, NOW)),
      answers: ['applied', 'stale'],
      judge: async (id) => {
        const found = await caseOf(id);
        assert.deepEqual(found.captures, [captureOf(found, `ch_${id}`, NOW)]);
        assert.equal(found.intent.version, 3);
      },
    }));

  it('leaves one void', () =>
    everywhere('void', COMMIT, {
      prepare: async (id) => {
        await whole.endRental(said(id));
        return caseOf(id);
      },
      call: ({ intent: { key, version } }, id) =>
        cut.voidRental({
          rentalId: id,
          accountId: 'a',
          revision: 1,
          voidedAt: NOW,
          reason: 'cut',
          intents: [{ key, version }],
          restored: [],
          transfers: [],
          events: [event('rental.voided', 'a', { rental_id: id }, NOW)],
          next: null,
        }),
      answers: ['applied', 'stale'],
      judge: async (id) => assert.equal((await caseOf(id)).intent.state, 'voided'),
    }));

  it('leaves one lot', () =>
    everywhere('grant', 'grant_lot', {
      prepare: async () => undefined,
      call: (_, id) =>
        cut.grantLot(grant({ accountId: 'a', lotId: id, minutes: 15, incidentId: id, at: NOW, days: 1 })),
      answers: ['created', 'exists'],
      judge: async () => undefined,
    }));
});
