import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MINUTE_MS } from '../../src/core/kernel/time.ts';
import { unchanged } from '../../src/core/live/charge/case.ts';
import { park } from '../../src/core/live/charge/take-step.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { POLICY } from '../live/cases.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from './both-roles.ts';
import {
  account,
  CURRENCY,
  captured,
  captureOf,
  declined,
  ending,
  endingOf,
  event,
  grant,
  MARKET,
  NOW,
  started,
  succeeded,
} from './samples.ts';

let database: TestDatabase;
let store: LiveStore;

before(async () => {
  database = await freshDatabase();
  store = bothRoles(openStore(database.pool('storno_api')), openStore(database.pool('storno_worker')));
  await store.putMarket({ market: MARKET, timeZone: 'Europe/Rome', currency: CURRENCY, vatBasisPoints: 2200 });
  for (const accountId of ['a', 'b']) await store.putAccount(account(accountId), NOW);
});
after(async () => {
  assert.deepEqual(await store.checkInvariants({ now: 0, overdueMs: 0 }), []);
  await database.close();
});

const rental = (rentalId: string, more: Partial<Parameters<typeof ending>[0]> = {}) =>
  ending({ accountId: 'a', rentalId, amountMinor: 1450n, uses: [], at: NOW, ...more });

const keyOf = (rentalId: string) => ({ accountId: 'a', rentalId, purpose: 'rental', occurrence: 1 }) as const;

async function caseOf(rentalId: string) {
  const found = await store.readCase(keyOf(rentalId));
  assert.ok(found, `${rentalId} has an intent`);
  return found;
}

describe('a rental', () => {
  it('is written once, and found as it was said', async () => {
    const said = rental('r1');
    assert.deepEqual(await store.endRental(said), { kind: 'created' });
    assert.deepEqual(await store.endRental(said), { kind: 'exists', record: said.record });
    assert.deepEqual(await store.readRental('r1'), said.record);
    assert.deepEqual((await caseOf('r1')).intent, said.intent);
  });

  it('is nobody else’s, whoever says it', async () => {
    await store.endRental(rental('r2'));
    const other = await store.endRental(rental('r2', { accountId: 'b' }));
    assert.equal(other.kind === 'exists' && other.record.rental.accountId, 'a');
  });

  it('of an unknown account leaves nothing', async () => {
    assert.deepEqual(await store.endRental(rental('r3', { accountId: 'nobody' })), { kind: 'account_unknown' });
    assert.equal(await store.readRental('r3'), null);
  });

  it('that costs nothing has no intent', async () => {
    assert.deepEqual(await store.endRental(rental('r4', { amountMinor: 0n })), { kind: 'created' });
    assert.deepEqual(await store.readIntents('r4'), []);
  });

  it('takes its minutes from the lot, or is not written', async () => {
    assert.equal(
      await store.grantLot(grant({ accountId: 'a', lotId: 'l1', minutes: 15, incidentId: null, at: NOW, days: 9 })),
      'created',
    );
    const uses = [{ lotId: 'l1', minutes: 10 }];
    assert.deepEqual(await store.endRental(rental('r5', { uses })), { kind: 'created' });
    assert.deepEqual(await store.endRental(rental('r6', { uses })), { kind: 'lots_changed' });
    assert.deepEqual(await store.endRental(rental('r6', { uses: [{ lotId: 'none', minutes: 1 }] })), {
      kind: 'lots_changed',
    });
    assert.equal(await store.readRental('r6'), null);
    assert.deepEqual(
      (await store.readLots('a', MARKET)).map(({ remaining }) => remaining),
      [5],
    );
  });

  it('does not suffer from a bad one in its batch', async () => {
    const said = [
      rental('b1'),
      rental('b2', { uses: [{ lotId: 'l1', minutes: 14 }] }),
      rental('b1'),
      rental('b3', { accountId: 'nobody' }),
      rental('b4', { uses: [{ lotId: 'l1', minutes: 5 }] }),
    ];
    const kinds = (await store.endRentals(said)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['created', 'lots_changed', 'exists', 'account_unknown', 'created']);
  });
});

describe('a charge', () => {
  it('is written down, taken and booked by whoever has the version', async () => {
    await store.endRental(rental('c1'));
    const due = await caseOf('c1');
    assert.equal(await store.apply(started(due, NOW)), 'applied');
    assert.equal(await store.apply(started(due, NOW)), 'stale');
    const inFlight = await caseOf('c1');
    assert.equal(await store.apply(succeeded(inFlight, 'ch_c1', NOW + 5)), 'applied');
    const done = await caseOf('c1');
    assert.deepEqual(done.captures, [captureOf(inFlight, 'ch_c1', NOW + 5)]);
    assert.deepEqual(
      done.attempts.map(({ state, providerRef }) => [state, providerRef]),
      [['succeeded', 'ch_c1']],
    );
    assert.equal(done.intent.version, 3);
  });

  it('begins its second attempt after the first has failed for good', async () => {
    await store.endRental(rental('c2'));
    await store.apply(started(await caseOf('c2'), NOW));
    const first = await caseOf('c2');
    await assert.rejects(store.apply(started(first, NOW)), /has not failed for good|attempt_one_open/);
    await store.apply(declined(first, NOW));
    assert.equal(await store.apply(started(await caseOf('c2'), NOW)), 'applied');
    assert.deepEqual(
      (await caseOf('c2')).attempts.map(({ generation, state }) => [generation, state]),
      [
        [1, 'failed_final'],
        [2, 'sent'],
      ],
    );
  });

  it('keeps a capture that is seen again, and refuses one that says something else', async () => {
    await store.endRental(rental('c3'));
    await store.apply(started(await caseOf('c3'), NOW));
    await store.apply(succeeded(await caseOf('c3'), 'ch_c3', NOW));
    const done = await caseOf('c3');
    const [capture] = done.captures;
    assert.ok(capture);
    assert.equal(await store.apply({ ...unchanged(done), capture, transfers: [captured(capture)] }), 'applied');
    const again = await caseOf('c3');
    const wrong = { ...captured(capture), amount: 1n };
    await assert.rejects(store.apply({ ...unchanged(again), transfers: [wrong] }), /booked with another content/);
    assert.equal((await caseOf('c3')).intent.version, again.intent.version, 'nothing was written');
  });

  it('does not suffer from a stale one in its batch', async () => {
    await store.endRentals(['d1', 'd2', 'd3'].map((id) => rental(id)));
    const [one, two, three] = [await caseOf('d1'), await caseOf('d2'), await caseOf('d3')];
    await store.apply(started(two, NOW));
    const outcomes = await store.applyAll([
      started(one, NOW),
      started(two, NOW),
      started(three, NOW),
      started(one, NOW),
    ]);
    assert.deepEqual(outcomes, ['applied', 'stale', 'applied', 'stale']);
  });
});

describe('a claim', () => {
  it('takes what is due, those first that wait longest, and holds it for a while', async () => {
    const at = NOW - 60 * MINUTE_MS;
    await store.endRentals(['e2', 'e1', 'e3'].map((id, place) => rental(id, { at: at + place * MINUTE_MS })));
    const request = { worker: 'w1', now: at + 2 * MINUTE_MS, leaseUntil: at + 9 * MINUTE_MS, limit: 2 };
    const claimed = await store.claim(request);
    assert.deepEqual(
      claimed.map(({ intent }) => [intent.key.rentalId, intent.version]),
      [
        ['e2', 2],
        ['e1', 2],
      ],
    );
    assert.deepEqual(
      (await store.claim(request)).map(({ intent }) => intent.key.rentalId),
      ['e3'],
    );
    const later = await store.claim({
      ...request,
      now: request.leaseUntil,
      leaseUntil: request.leaseUntil + 1,
      limit: 1,
    });
    assert.deepEqual(
      later.map(({ intent }) => [intent.key.rentalId, intent.version]),
      [['e2', 3]],
    );
    const [before] = claimed;
    assert.equal(before && (await store.apply(started(before, NOW))), 'stale', 'who had it before cannot write');
  });

  it('takes nothing while charging is stopped', async () => {
    const request = { worker: 'w1', now: NOW + 90 * MINUTE_MS, leaseUntil: NOW + 91 * MINUTE_MS, limit: 1 };
    await store.setControl({ charging: 'stopped', reason: 'test', by: 'me', at: NOW });
    assert.deepEqual(await store.claim(request), []);
    assert.equal((await store.readControl()).charging, 'stopped');
    await store.setControl({ charging: 'running', reason: 'test', by: 'me', at: NOW + 1 });
    assert.equal((await store.claim(request)).length, 1);
  });
});

describe('a void', () => {
  it('takes back the rental, its intent and its minutes, and issues the next revision', async () => {
    await store.grantLot(grant({ accountId: 'a', lotId: 'l2', minutes: 30, incidentId: 'i1', at: NOW, days: 9 }));
    const uses = [{ lotId: 'l2', minutes: 30 }];
    await store.endRental(rental('v1', { uses }));
    const { intent } = await caseOf('v1');
    const voiding = {
      rentalId: 'v1',
      accountId: 'a',
      revision: 1,
      voidedAt: NOW + 9,
      reason: 'wrong vehicle',
      intents: [{ key: intent.key, version: intent.version }],
      restored: uses,
      transfers: [
        {
          accountId: 'a',
          kind: 'minutes_restored',
          sourceRef: 'v1:1',
          debit: 'house_minutes_used',
          credit: 'account_minutes',
          dimension: 'l2',
          asset: `MIN/${MARKET}`,
          amount: 30n,
          corrects: 'minutes_used:v1:rental:1:l2',
          happenedAt: NOW + 9,
        },
      ],
      events: [event('rental.voided', 'a', { rental_id: 'v1' }, NOW + 9)],
      next: endingOf(
        { accountId: 'a', rentalId: 'v1', amountMinor: 900n, uses: [{ lotId: 'l2', minutes: 7 }], at: NOW + 9 },
        2,
        2,
      ),
    } as const;
    assert.equal(await store.voidRental({ ...voiding, intents: [{ key: intent.key, version: 9 }] }), 'stale');
    assert.equal(await store.voidRental(voiding), 'applied');
    assert.equal(await store.voidRental(voiding), 'stale');
    assert.equal((await store.readRental('v1'))?.revision, 2);
    assert.deepEqual(
      (await store.readIntents('v1')).map(({ state }) => state),
      ['voided', 'due'],
    );
    assert.equal((await store.readLots('a', MARKET)).find(({ lotId }) => lotId === 'l2')?.remaining, 23);
  });
});

describe('what a person must hear of', () => {
  it('is a parking of which no alarm was raised since', async () => {
    await store.endRental(rental('p1', { at: NOW }));
    const found = await caseOf('p1');
    await store.apply(park(found, 'nobody knows', { now: NOW, policy: POLICY }));
    const unsaid = [{ key: keyOf('p1'), reason: 'nobody knows' }];
    assert.deepEqual(await store.readParkedUnsaid(10), unsaid);
    const alarm = { kind: 'charge_parked', message: 'look' } as const;
    await store.raiseAlarm({ ...alarm, subject: 'p1:rental:1#1', at: NOW - 1 });
    await store.raiseAlarm({ ...alarm, subject: 'p1:rental:11#2', at: NOW });
    assert.deepEqual(await store.readParkedUnsaid(10), unsaid, 'of an earlier parking, and of another obligation');
    await store.raiseAlarm({ ...alarm, subject: 'p1:rental:1#2', at: NOW });
    assert.deepEqual(await store.readParkedUnsaid(10), []);
    assert.equal(await store.readAlarm('charge_parked', 'p1:rental:1#2'), NOW);
    assert.equal(await store.readAlarm('charge_parked', 'p1:rental:1#3'), null);
  });

  it('is what has waited for too long, once charging has run as long', async () => {
    await store.endRental(rental('late', { at: NOW }));
    const asked = { now: NOW + 2 * MINUTE_MS + 1, overdueMs: MINUTE_MS };
    const run = (at: number) => store.setControl({ charging: 'running', reason: 'test', by: 'me', at });
    const waits = async () => (await store.checkInvariants(asked)).filter((one) => one.startsWith('INV-3 late:'));
    await run(NOW + MINUTE_MS + 1);
    assert.deepEqual(await waits(), [], 'it has not run for long');
    await run(NOW);
    assert.equal((await waits()).length, 1);
    await store.setControl({ charging: 'stopped', reason: 'test', by: 'me', at: NOW });
    assert.deepEqual(await waits(), [], 'it may wait');
    await run(NOW);
  });
});

describe('a claim while charging is stopped', () => {
  it('is of what is in flight alone, and fences like any other', async () => {
    for (const id of ['q1', 'q2']) await store.endRental(rental(id, { at: NOW }));
    await store.apply(started(await caseOf('q1'), NOW));
    await store.setControl({ charging: 'stopped', reason: 'test', by: 'me', at: NOW });
    const later = NOW + 100 * MINUTE_MS;
    const request = { worker: 'w', now: later, leaseUntil: later + MINUTE_MS, limit: 100 };
    assert.deepEqual(await store.claim(request), []);
    const claimed = (await store.claimOpen(request)).filter(({ intent }) => intent.key.rentalId.startsWith('q'));
    assert.deepEqual(
      claimed.map(({ intent }) => intent.key.rentalId),
      ['q1'],
    );
    assert.deepEqual(await store.claimOpen(request), []);
    await store.setControl({ charging: 'running', reason: 'test', by: 'me', at: NOW });
  });
});

describe('the oldest trace of a provider', () => {
  const merchant = { provider: 'stripe', merchantAccount: 'acct_trace' };
  const traced = async (providerRef: string, createdAt: number) => {
    const payment = { ...merchant, providerRef, kind: 'charge', parentRef: null, status: 'succeeded' } as const;
    const amount = { amountMinor: 1n, currency: CURRENCY };
    await store.recordPayments(
      [{ payment: { ...payment, amount, createdAt, code: null, metadata: {} }, key: null }],
      NOW,
    );
  };

  it('is its newest payment, or the oldest attempt that is open where that is older', async () => {
    assert.equal(await store.readOldestTrace(merchant), null);
    await traced('t1', NOW - 5);
    await traced('t2', NOW - 3);
    assert.equal(await store.readOldestTrace(merchant), NOW - 3);
    await store.endRental(rental('t1', { at: NOW }));
    const first = started(await caseOf('t1'), NOW - 4);
    assert.ok(first.attempt !== null);
    const paymentMethod = { ...first.attempt.paymentMethod, ...merchant };
    await store.apply({ ...first, attempt: { ...first.attempt, paymentMethod } });
    assert.equal(await store.readOldestTrace(merchant), NOW - 4);
  });
});

describe('an event of a provider', () => {
  it('loses its bytes once it is dealt with, and not before', async () => {
    const event = { provider: 'stripe', merchantAccount: 'acct_1', eventId: 'evt_body', type: 't', objectRef: 'ch' };
    const heard = { ...event, createdAt: NOW };
    const bodies = async () =>
      (await database.admin.query("select body from storno.inbox where event_id = 'evt_body'")).rows;
    await store.receiveEvent(heard, '{"name": "Ada"}', NOW);
    await store.finishEvent({ event: heard, state: 'parked', retryAt: NOW + 1, note: 'later' });
    assert.deepEqual(await bodies(), [{ body: '{"name": "Ada"}' }]);
    await store.finishEvent({ event: heard, state: 'done', retryAt: null, note: 'paid' });
    assert.deepEqual(await bodies(), [{ body: '' }]);
  });
});

describe('what was seen of a rental before its first attempt', () => {
  const payment = {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    providerRef: 'seen_1',
    kind: 'charge',
    parentRef: null,
    status: 'succeeded',
    amount: { amountMinor: 1450n, currency: CURRENCY },
    createdAt: NOW,
    code: null,
    metadata: {},
  } as const;
  const refsOf = async (rentalId: string) => (await caseOf(rentalId)).sightings.map((one) => one.providerRef);

  it('is every charge that may hold money and that no capture names', async () => {
    await store.endRental(rental('s1'));
    const key = keyOf('s1');
    await store.recordPayments(
      [
        { payment: { ...payment, createdAt: NOW + 1 }, key },
        { payment: { ...payment, providerRef: 'seen_0', status: 'pending' }, key },
        { payment: { ...payment, providerRef: 'captured' }, key },
        { payment: { ...payment, providerRef: 'failed', status: 'failed' }, key },
        { payment: { ...payment, providerRef: 'refund', kind: 'refund', parentRef: 'seen_1' }, key },
        { payment: { ...payment, providerRef: 'free', amount: { ...payment.amount, amountMinor: 0n } }, key },
        { payment: { ...payment, providerRef: 'adjusted' }, key: { ...key, purpose: 'adjustment' } },
        { payment: { ...payment, providerRef: 'of another' }, key: keyOf('s0') },
        { payment: { ...payment, providerRef: 'of nobody' }, key: null },
      ],
      NOW,
    );
    const found = await caseOf('s1');
    const capture = { ...captureOf(found, 'captured', NOW), isSurplus: true };
    await store.apply({ ...unchanged(found), capture, transfers: [captured(capture)] });
    assert.deepEqual(await refsOf('s1'), ['seen_0', 'seen_1']);
    await store.apply(started(await caseOf('s1'), NOW));
    assert.deepEqual(await refsOf('s1'), [], 'attempts say the rest');
  });

  it('is that of an obligation that is not here, and never that of one that is', async () => {
    await store.endRental(rental('s2'));
    const [one, two] = [keyOf('s2'), { ...keyOf('s2'), occurrence: 2 }];
    await store.recordPayments([{ payment: { ...payment, providerRef: 'seen_3' }, key: two }], NOW);
    const found = await caseOf('s2');
    assert.deepEqual(found.sightings, [
      { provider: 'stripe', merchantAccount: 'acct_1', providerRef: 'seen_3', occurrence: 2, createdAt: NOW },
    ]);
    await store.recordPayments([{ payment: { ...payment, providerRef: 'seen_2' }, key: one }], NOW);
    const { record } = rental('s2');
    await store.voidRental({
      rentalId: 's2',
      accountId: 'a',
      revision: record.revision,
      voidedAt: NOW,
      reason: 'said wrongly',
      intents: [{ key: one, version: found.intent.version }],
      restored: [],
      transfers: [],
      events: [],
      next: endingOf({ accountId: 'a', rentalId: 's2', amountMinor: 900n, uses: [], at: NOW }, 2, 2),
    });
    assert.deepEqual(await refsOf('s2'), []);
    const next = await store.readCase(two);
    assert.deepEqual(
      next?.sightings.map((sighted) => sighted.providerRef),
      ['seen_3'],
    );
  });
});
