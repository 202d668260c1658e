import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../src/core/fact/observation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import * as chargeDue from '../../src/flow/live/charge-due.ts';
import { HEAR_AGAIN } from '../../src/flow/live/hear.ts';
import * as takeEvents from '../../src/flow/live/take-events.ts';
import type { LiveWorld } from '../../src/flow/live/world.ts';
import { type House, openHouse, PRICE } from './house.ts';

/** What happens beside a call to the provider while its answer is under way. */
const LEASE_MS = MINUTE_MS;

function round(world: LiveWorld, worker: string) {
  return chargeDue.runOnce(world, { worker, limit: 100, leaseMs: LEASE_MS });
}

/** The house, whose provider has taken the request and answers only after `meanwhile`. */
function slowly(house: House, meanwhile: () => Promise<unknown>): LiveWorld {
  const charge = async (request: Parameters<House['provider']['charge']>[0]): Promise<Observation> => {
    const answer = await house.provider.charge(request);
    await meanwhile();
    return answer;
  };
  return { ...house.world, providers: [{ ...house.provider, charge }] };
}

async function isTakenAndBookedOnce(house: House): Promise<void> {
  const { intent, captures } = await house.caseOf('r1');
  assert.equal(intent.state, 'succeeded');
  assert.deepEqual(
    captures.map(({ isSurplus }) => isSurplus),
    [false],
  );
  assert.equal(house.provider.payments.length, 1);
  assert.equal(house.balance('account_receivable'), 0n);
  assert.equal(house.balance('account_payable'), 0n);
  assert.deepEqual(await house.store.checkInvariants({ now: house.clock.now, overdueMs: DAY_MS }), []);
}

test('what an event tells while the answer is under way is booked once, and the answer changes nothing', async () => {
  const house = await openHouse();
  await house.end('r1');
  const world = slowly(house, async () => {
    const [payment] = house.provider.payments;
    assert.ok(payment !== undefined);
    const { provider, merchantAccount, providerRef } = payment;
    const event = { provider, merchantAccount, eventId: 'evt_1', type: 'payment_intent.succeeded' };
    const heard = { ...event, objectRef: providerRef, createdAt: house.clock.now };
    await house.store.receiveEvent(heard, '{}', house.clock.now);
    assert.equal(await takeEvents.runOnce(house.world, { limit: 10, leaseMs: LEASE_MS }), 1);
    assert.equal((await house.caseOf('r1')).intent.state, 'succeeded', 'the event was first');
  });
  await round(world, 'w1');
  await isTakenAndBookedOnce(house);
  assert.equal(house.balance('house_clearing'), PRICE);
});

test('a call that outlasts its lease is made again by another, under the same key, and booked once', async () => {
  const house = await openHouse();
  await house.end('r1');
  const world = slowly(house, async () => {
    house.clock.now += 3 * MINUTE_MS;
    assert.deepEqual(await round(house.world, 'w2'), { claimed: 1, called: 1 });
    assert.equal((await house.caseOf('r1')).intent.state, 'succeeded', 'the other was first');
  });
  await round(world, 'w1');
  const keys = house.provider.requests.map((request) => request.idempotencyKey);
  assert.deepEqual(keys, [keys[0], keys[0]]);
  await isTakenAndBookedOnce(house);
});

test('while an outcome is unknown nothing goes to another merchant account, though the account has a card there now', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('take_unheard');
  await round(house.world, 'w1');
  const account = await house.store.readAccount('acc_1');
  assert.ok(account?.paymentMethod);
  const elsewhere = { ...account.paymentMethod, merchantAccount: 'acct_2', methodRef: 'pm_2' };
  await house.store.putAccount({ ...account, paymentMethod: elsewhere }, house.clock.now);
  house.clock.now += 10 * MINUTE_MS;
  await round(house.world, 'w1');
  assert.deepEqual(
    house.provider.requests.map(({ paymentMethod }) => [paymentMethod.merchantAccount, paymentMethod.methodRef]),
    [
      ['acct_1', 'pm_1'],
      ['acct_1', 'pm_1'],
    ],
  );
  await isTakenAndBookedOnce(house);
});

test('a program that would write other bytes than were sent asks for the outcome instead of sending', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('take_unheard');
  await round(house.world, 'old');
  const deployed = { ...house.world, settings: { ...house.world.settings, statementText: 'ANOTHER TEXT' } };
  house.clock.now += 10 * MINUTE_MS;
  await round(deployed, 'new');
  assert.equal(house.provider.requests.length, 1);
  assert.equal(house.provider.lookUps, 1);
  await isTakenAndBookedOnce(house);
});

test('a payment that is pending is asked for until it is decided, though no event tells of it', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('pend');
  await house.pass(5 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).attempts[0]?.state, 'pending');
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  house.provider.payments[0] = { ...payment, status: 'succeeded' };
  await house.pass(2 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  assert.deepEqual(
    [...house.store.rows().inbox.values()].map(({ event, state }) => [event.type, state]),
    [[HEAR_AGAIN, 'done']],
  );
});

test('while the provider takes nothing the same key is tried less and less often, and taken once when it answers', async () => {
  const house = await openHouse();
  await house.end('r1');
  for (let refused = 0; refused < 1000; refused += 1) house.provider.manners.push('lose');
  await house.pass(6 * HOUR_MS);
  const { requests } = house.provider;
  assert.ok(requests.length >= 5 && requests.length <= 9, `${requests.length} requests in six hours`);
  assert.equal(new Set(requests.map((request) => request.idempotencyKey)).size, 1);
  house.provider.manners.length = 0;
  await house.pass(2 * HOUR_MS);
  await isTakenAndBookedOnce(house);
});
