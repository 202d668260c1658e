import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { park } from '../../src/core/live/charge/take-step.ts';
import * as chargeDue from '../../src/flow/live/charge-due.ts';
import { recover } from '../../src/flow/live/recover.ts';
import { resumeCharging, stopCharging } from '../../src/flow/live/stop-charging.ts';
import * as takeEvents from '../../src/flow/live/take-events.ts';
import * as watchBooks from '../../src/flow/live/watch-books.ts';
import { type House, keyOf, openHouse, PRICE } from './house.ts';

/** What nobody would come back to by itself: somebody must look for it. */
const ROUND = { worker: 'w', limit: 100, leaseMs: MINUTE_MS };

const kindsOf = (house: House): readonly string[] => house.alarms.map(({ kind }) => kind);

test('an intent that no worker looks at for a day is said, and not while charging is stopped', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.clock.now += DAY_MS;
  assert.equal(await watchBooks.runOnce(house.world), 0);
  house.clock.now += 1;
  assert.equal(await watchBooks.runOnce(house.world), 1);
  assert.match(house.alarms[0]?.message ?? '', /^INV-3 r1:rental:1 is due and has waited/);
  await stopCharging(house.world, { reason: 'a test', by: 'mia' });
  assert.equal(await watchBooks.runOnce(house.world), 0);
});

test('a parking whose announcer died is said by whoever looks after the books next, once', async () => {
  const house = await openHouse();
  await house.end('r1');
  const policy = house.world.settings.charge;
  await house.store.apply(park(await house.caseOf('r1'), 'nobody knows', { now: house.clock.now, policy }));
  house.clock.now += MINUTE_MS;
  await watchBooks.runOnce(house.world);
  await watchBooks.runOnce(house.world);
  assert.deepEqual(kindsOf(house), ['charge_parked']);
  assert.match(house.alarms[0]?.message ?? '', /r1:rental:1 waits for a person: nobody knows/);
});

test('money that was not owed, whose announcer died, is said when a listing shows it again', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('take_too_much');
  const silent = { ...house.world, bell: { raise: () => Promise.reject(new Error('died')) } };
  await assert.rejects(chargeDue.runOnce(silent, ROUND), /died/);
  assert.equal((await house.caseOf('r1')).captures[0]?.isSurplus, true);
  await house.pass(10 * MINUTE_MS);
  assert.ok(kindsOf(house).includes('surplus_capture'));
});

/** The provider took money for `r1`, which a restored database forgot, and nobody has said it again yet. */
async function forgetful(manner: 'take' | 'pend'): Promise<House> {
  const house = await openHouse();
  await house.pass(0);
  const backup = house.store.snapshot();
  house.provider.manners.push(manner);
  await house.end('r1');
  await house.pass(MINUTE_MS);
  house.store.restore(backup);
  house.clock.now += 30 * HOUR_MS;
  await recover(house.world);
  assert.equal((await house.store.readControl()).charging, 'stopped');
  return house;
}

test('who resumed is not stopped again by the payment that he knew of, and is by another', async () => {
  const house = await forgetful('take');
  await resumeCharging(house.world, { by: 'mia', reason: 'r1 will be said' });
  for (let minutes = 0; minutes < 5; minutes += 1) {
    house.clock.now += 10 * MINUTE_MS;
    assert.equal(await takeEvents.runOnce(house.world, ROUND), 1);
    assert.equal((await house.store.readControl()).charging, 'running');
  }
  const [known] = house.provider.payments;
  assert.ok(known !== undefined);
  house.provider.payments.push({ ...known, providerRef: 'ch_9', createdAt: house.clock.now });
  await house.pass(HOUR_MS);
  assert.equal((await house.store.readControl()).charging, 'stopped');
});

test('a payment that stays pending and cannot be taken over goes to a person', async () => {
  const house = await forgetful('pend');
  await resumeCharging(house.world, { by: 'mia', reason: 'r1 will be said' });
  const account = await house.store.readAccount('acc_1');
  assert.ok(account !== null);
  // Without a card of its own there is nothing that an attempt could be made of.
  await house.store.putAccount({ ...account, paymentMethod: null }, house.clock.now);
  await house.end('r1');
  await house.pass(10 * DAY_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'due');
  await house.pass(5 * DAY_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'parked');
  assert.equal(kindsOf(house).filter((kind) => kind === 'charge_parked').length, 1);
  assert.equal(house.provider.requests.length, 1);
});

test('a second payment that was pending when it was listed is booked once it succeeds, though its attempt is closed', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('pend');
  await chargeDue.runOnce(house.world, ROUND);
  const [first] = house.provider.payments;
  assert.ok(first !== undefined);
  const second = { ...first, providerRef: 'ch_2' };
  house.provider.payments.push(second);
  await house.pass(HOUR_MS);
  house.provider.payments[0] = { ...first, status: 'succeeded' };
  await house.pass(3 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal((await house.caseOf('r1')).captures.length, 1);
  house.clock.now += DAY_MS;
  house.provider.payments[1] = { ...second, status: 'succeeded' };
  await house.pass(3 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).captures.length, 2);
  assert.equal(house.balance('account_payable'), -PRICE);
  assert.ok(kindsOf(house).includes('double_charge'));
});

test('a restored database that has no cursor reads back to what it knows of', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('take_unheard');
  await chargeDue.runOnce(house.world, ROUND);
  const backup = house.store.snapshot();
  await house.end('r2');
  await chargeDue.runOnce(house.world, ROUND);
  house.store.restore(backup);
  await stopCharging(house.world, { reason: 'restored', by: 'mia' });
  house.clock.now += 9 * DAY_MS;
  await recover(house.world);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.ok(kindsOf(house).includes('database_older_than_provider'), 'r2 is seen to be missing');
});

test('while charging is stopped what may be under way is asked for, and nothing is sent', async () => {
  const house = await openHouse();
  await house.end('r1');
  house.provider.manners.push('take_unheard');
  await chargeDue.runOnce(house.world, ROUND);
  await house.end('r2');
  await stopCharging(house.world, { reason: 'a look at it', by: 'mia' });
  house.clock.now += 10 * MINUTE_MS;
  assert.deepEqual(await chargeDue.askOnce(house.world, ROUND), { claimed: 1, called: 1 });
  assert.equal((await house.store.readCase(keyOf('r1')))?.intent.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  assert.equal((await house.caseOf('r2')).intent.state, 'due');
  await resumeCharging(house.world, { by: 'mia', reason: 'looked' });
  assert.deepEqual(await chargeDue.askOnce(house.world, ROUND), { claimed: 0, called: 0 });
});
