import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { metadataOf } from '../../src/core/live/charge/reference.ts';
import * as chargeDue from '../../src/flow/live/charge-due.ts';
import { lookAgain, writeOff } from '../../src/flow/live/look-again.ts';
import { recover } from '../../src/flow/live/recover.ts';
import { resumeCharging, stopCharging } from '../../src/flow/live/stop-charging.ts';
import { voidRental } from '../../src/flow/live/take-back.ts';
import { StoreUnavailable } from '../../src/flow/ports/store.ts';
import { lineOf } from './fake-provider.ts';
import { type House, keyOf, openHouse, PRICE } from './house.ts';

const ROUND = { worker: 'w', limit: 100, leaseMs: MINUTE_MS };

async function nothingIsWrong(house: House): Promise<void> {
  assert.deepEqual(await house.store.checkInvariants({ now: house.clock.now, overdueMs: DAY_MS }), []);
}

test('takes a rental once, books it, and clearing returns to zero', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const { intent, attempts, captures } = await house.caseOf('r1');
  assert.equal(intent.state, 'succeeded');
  assert.deepEqual(
    attempts.map((attempt) => attempt.idempotencyKey),
    ['storno:v1:charge:r1:rental:1:1'],
  );
  assert.deepEqual(
    captures.map((capture) => capture.isSurplus),
    [false],
  );
  assert.equal(house.provider.requests.length, 1);
  assert.equal(house.balance('account_receivable'), 0n);
  assert.equal(house.balance('house_clearing'), 0n);
  assert.equal(house.balance('house_provider'), PRICE - PRICE / 20n);
  assert.deepEqual(house.alarms, []);
  await nothingIsWrong(house);
});

test('an answer that was lost is asked for by the same request, and taken once', async () => {
  const house = await openHouse();
  house.provider.manners.push('take_unheard');
  house.provider.answers = false;
  await house.end('r1');
  await house.pass(10 * MINUTE_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  const keys = house.provider.requests.map((request) => request.idempotencyKey);
  assert.deepEqual(keys, [keys[0], keys[0]]);
  assert.equal(house.provider.payments.length, 1);
});

test('past the horizon nothing is sent: it is looked up, and adopted', async () => {
  const house = await openHouse();
  house.provider.manners.push('take_unheard');
  house.provider.answers = false;
  await house.end('r1');
  await chargeDue.runOnce(house.world, ROUND);
  house.clock.now += 13 * HOUR_MS;
  await chargeDue.runOnce(house.world, ROUND);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  assert.equal(house.provider.lookUps, 1);
});

test('what never arrived is proven absent by two look-ups and the listing before it is sent under a new key', async () => {
  const house = await openHouse();
  for (let sends = 0; sends < 100; sends++) house.provider.manners.push('lose');
  await house.end('r1');
  await house.pass(12 * HOUR_MS);
  house.provider.manners.length = 0;
  await house.pass(4 * HOUR_MS);
  const { intent, attempts } = await house.caseOf('r1');
  assert.equal(intent.state, 'succeeded');
  assert.deepEqual(
    attempts.map(({ generation, state, declineCode }) => [generation, state, declineCode]),
    [
      [1, 'failed_final', 'absent'],
      [2, 'succeeded', null],
    ],
  );
  assert.equal(attempts[0]?.absentAt.length, 2);
  assert.equal(intent.declines, 0);
});

test('while the listing cannot be read absence is not proven, and a person hears of it in time', async () => {
  const house = await openHouse();
  for (let sends = 0; sends < 1000; sends++) house.provider.manners.push('lose');
  house.provider.answers = false;
  await house.end('r1');
  await house.pass(3 * DAY_MS + HOUR_MS);
  const { intent, attempts } = await house.caseOf('r1');
  assert.equal(intent.state, 'parked');
  assert.equal(attempts.length, 1);
  assert.deepEqual(
    house.alarms.map((alarm) => alarm.kind),
    ['charge_parked'],
  );
  house.provider.answers = true;
  house.provider.manners.length = 0;
  assert.deepEqual(await lookAgain(house.world, intent.key), { kind: 'applied' });
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
});

test('declines follow the schedule, then the debt is written off', async () => {
  const house = await openHouse();
  house.provider.manners.push('decline', 'decline', 'decline', 'decline');
  await house.end('r1');
  const spans = [HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS];
  for (const [index, span] of spans.entries()) {
    await house.pass(span);
    assert.equal(house.provider.requests.length, index + 1);
  }
  const { intent } = await house.caseOf('r1');
  assert.deepEqual([intent.state, intent.declines], ['uncollected', 4]);
  assert.equal(house.balance('house_written_off'), PRICE);
  assert.equal(house.balance('account_receivable'), 0n);
  await nothingIsWrong(house);
});

test('a stolen card is not asked again', async () => {
  const house = await openHouse();
  house.provider.manners.push('steal');
  await house.end('r1');
  await house.pass(20 * DAY_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'uncollected');
  assert.equal(house.provider.requests.length, 1);
});

test('an intent without a payment method waits for one', async () => {
  const house = await openHouse();
  const account = await house.store.readAccount('acc_1');
  assert.ok(account !== null);
  await house.store.putAccount({ ...account, paymentMethod: null }, house.clock.now);
  await house.end('r1');
  await house.pass(5 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'due');
  await house.store.putAccount(account, house.clock.now);
  await house.pass(2 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
});

test('another amount than was asked for is owed back whole and goes to a person', async () => {
  const house = await openHouse();
  house.provider.manners.push('take_too_much');
  await house.end('r1');
  await house.pass(HOUR_MS);
  const { intent, captures } = await house.caseOf('r1');
  assert.equal(intent.state, 'parked');
  assert.deepEqual(
    captures.map((capture) => capture.isSurplus),
    [true],
  );
  assert.equal(house.balance('account_payable'), -(PRICE + 1n));
  assert.deepEqual(house.alarms.map((alarm) => alarm.kind).toSorted(), ['charge_parked', 'surplus_capture']);
  assert.deepEqual(await writeOff(house.world, intent.key), { kind: 'applied' });
  assert.equal((await house.caseOf('r1')).intent.state, 'uncollected');
  await nothingIsWrong(house);
});

test('a second capture seen in the listing is owed back, said aloud, and trips the breaker at the threshold', async () => {
  const house = await openHouse();
  for (const rentalId of ['r1', 'r2', 'r3']) await house.end(rentalId);
  await house.pass(HOUR_MS);
  for (const payment of house.provider.payments.slice(0, 2)) {
    house.provider.payments.push({
      ...payment,
      providerRef: `${payment.providerRef}_again`,
      createdAt: house.clock.now,
    });
  }
  await house.pass(20 * MINUTE_MS);
  assert.equal(house.balance('account_payable'), -2n * PRICE);
  const doubles = house.alarms.filter((alarm) => alarm.kind === 'double_charge');
  assert.equal(doubles.length, 2);
  assert.equal((await house.store.readControl()).charging, 'stopped');
  await house.end('r4');
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r4')).intent.state, 'due');
  assert.deepEqual(await resumeCharging(house.world, { by: 'storno', reason: 'why not' }), { kind: 'needs_a_person' });
  assert.deepEqual(await resumeCharging(house.world, { by: 'mia', reason: 'repaired' }), { kind: 'resumed' });
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r4')).intent.state, 'succeeded');
  await nothingIsWrong(house);
});

test('who resumes is not stopped again by the double charges that he knew of, though listings still show them', async () => {
  const house = await openHouse();
  for (const rentalId of ['r1', 'r2', 'r3']) await house.end(rentalId);
  await house.pass(HOUR_MS);
  const double = (at: number) => {
    const payment = house.provider.payments[at];
    assert.ok(payment !== undefined);
    const providerRef = `${payment.providerRef}_${house.clock.now}`;
    house.provider.payments.push({ ...payment, providerRef, createdAt: house.clock.now });
  };
  const charging = async () => (await house.store.readControl()).charging;
  double(0);
  double(1);
  await house.pass(MINUTE_MS);
  assert.equal(await charging(), 'stopped');
  await house.pass(MINUTE_MS);
  await resumeCharging(house.world, { by: 'mia', reason: 'repaired' });
  await house.pass(MINUTE_MS);
  assert.equal(await charging(), 'running');
  house.clock.now += MINUTE_MS;
  double(2);
  double(0);
  await house.pass(MINUTE_MS);
  assert.equal(await charging(), 'stopped');
  await nothingIsWrong(house);
});

test('a payment that names nothing of ours is said aloud once, and clearing shows it', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  const foreign = { ...payment, providerRef: 'ch_9', metadata: {}, createdAt: house.clock.now };
  house.provider.payments.push(foreign);
  house.provider.lines.push(lineOf(foreign));
  await house.pass(HOUR_MS);
  assert.deepEqual(
    house.alarms.map((alarm) => [alarm.kind, alarm.subject]),
    [['payment_unexplained', 'stripe:acct_1:ch_9']],
  );
  assert.equal(house.balance('house_clearing'), -PRICE);
});

test('money for a voided rental is owed back, whenever it comes', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  await voidRental(house.world, { rentalId: 'r1', reason: 'the car never opened' });
  assert.equal(house.balance('account_payable'), -PRICE);
  assert.equal(house.balance('account_receivable'), 0n);
  await nothingIsWrong(house);
});

test('a refund and a dispute made elsewhere are booked once each, though every listing tells of them', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [charge] = house.provider.payments;
  assert.ok(charge !== undefined);
  const common = { ...charge, parentRef: charge.providerRef, metadata: {}, createdAt: house.clock.now };
  const refund = {
    ...common,
    providerRef: 're_1',
    kind: 'refund',
    amount: { ...charge.amount, amountMinor: 500n },
  } as const;
  const dispute = { ...common, providerRef: 'dp_1', kind: 'chargeback' } as const;
  house.provider.payments.push(refund, dispute);
  house.provider.lines.push(lineOf(refund), lineOf(dispute));
  await house.pass(2 * HOUR_MS);
  const row = [...house.store.rows().intents.values()][0]?.captures[0]?.counters;
  assert.deepEqual([row?.refunded, row?.disputed, row?.disputedExcess], [500n, PRICE - 500n, 500n]);
  assert.equal(house.balance('house_clearing'), 0n);
  assert.equal(house.balance('house_disputed'), PRICE);
  await nothingIsWrong(house);
});

test('an event is only a hint: whatever it says, what is fetched counts', async () => {
  const house = await openHouse();
  house.provider.manners.push('pend');
  await house.end('r1');
  await house.pass(MINUTE_MS);
  assert.equal((await house.caseOf('r1')).attempts[0]?.state, 'pending');
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  house.provider.payments[0] = { ...payment, status: 'succeeded' };
  const event = {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    eventId: 'evt_1',
    type: 'payment_intent.payment_failed',
    objectRef: payment.providerRef,
    createdAt: house.clock.now,
  };
  await house.store.receiveEvent(event, '{}', house.clock.now);
  await house.pass(0);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal([...house.store.rows().inbox.values()][0]?.state, 'done');
});

test('an event of nothing known waits, then is given up aloud', async () => {
  const house = await openHouse();
  const event = {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    eventId: 'evt_1',
    type: 'payout.paid',
    objectRef: 'po_1',
    createdAt: house.clock.now,
  };
  await house.store.receiveEvent(event, '{}', house.clock.now);
  await house.pass(HOUR_MS);
  assert.equal([...house.store.rows().inbox.values()][0]?.state, 'parked');
  await house.pass(2 * DAY_MS);
  assert.equal([...house.store.rows().inbox.values()][0]?.state, 'given_up');
  assert.deepEqual(
    house.alarms.map((alarm) => alarm.kind),
    ['payment_unexplained'],
  );
});

test('a database that was restored meets what it forgot, stops charging, and takes nothing twice', async () => {
  const house = await openHouse();
  await house.pass(0);
  await house.end('r1');
  const backup = house.store.snapshot();
  await house.end('r2');
  await house.pass(HOUR_MS);
  house.store.restore(backup);
  await stopCharging(house.world, { reason: 'restored', by: 'mia' });
  house.clock.now += 30 * HOUR_MS;
  await recover(house.world);
  assert.equal((await house.store.readControl()).charging, 'stopped');
  assert.equal(house.alarms.filter((alarm) => alarm.kind === 'database_older_than_provider').length, 2);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  await house.end('r2');
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r2')).intent.state, 'succeeded');
  await resumeCharging(house.world, { by: 'mia', reason: 'read to now' });
  await house.pass(2 * DAY_MS);
  assert.equal(house.provider.requests.length, 2);
  assert.equal(house.balance('house_clearing'), 0n);
  await nothingIsWrong(house);
});

/** A database forgot `r1`, which was charged after its backup; a day and more later it reads what it has missed. */
async function forgetting(manner: 'take' | 'pend'): Promise<House> {
  const house = await openHouse();
  await house.pass(0);
  const backup = house.store.snapshot();
  house.provider.manners.push(manner);
  await house.end('r1');
  await house.pass(MINUTE_MS);
  house.store.restore(backup);
  house.clock.now += 30 * HOUR_MS;
  await recover(house.world);
  assert.deepEqual(await resumeCharging(house.world, { by: 'mia', reason: 'read to now' }), { kind: 'resumed' });
  return house;
}

test('a rental that is said again only after charging was resumed is taken by what the listing showed', async () => {
  const house = await forgetting('take');
  await house.end('r1');
  await chargeDue.runOnce(house.world, ROUND);
  assert.equal(house.provider.requests.length, 1);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  await house.pass(2 * DAY_MS);
  assert.equal((await house.store.readControl()).charging, 'running');
  assert.equal(house.provider.requests.length, 1);
  assert.equal(house.balance('house_clearing'), 0n);
  await nothingIsWrong(house);
});

test('nor is it sent after the event that waited for it was given up, or while the provider does not answer', async () => {
  const house = await forgetting('take');
  await house.pass(4 * DAY_MS);
  assert.ok([...house.store.rows().inbox.values()].every(({ state }) => state === 'given_up'));
  // Each hearing of it has stopped charging again.
  await resumeCharging(house.world, { by: 'mia', reason: 'nobody says it any more' });
  house.provider.answers = false;
  await house.end('r1');
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'due');
  house.provider.answers = true;
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  await nothingIsWrong(house);
});

test('what was pending when it was listed becomes the first attempt of the rental that is said again', async () => {
  const house = await forgetting('pend');
  await house.end('r1');
  await chargeDue.runOnce(house.world, ROUND);
  assert.deepEqual(
    (await house.caseOf('r1')).attempts.map(({ generation, state, providerRef }) => [generation, state, providerRef]),
    [[1, 'pending', 'ch_1']],
  );
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  house.provider.payments[0] = { ...payment, status: 'succeeded' };
  house.provider.lines.push(lineOf({ ...payment, createdAt: house.clock.now }));
  await house.pass(4 * HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  await nothingIsWrong(house);
});

test('what has failed since it was listed takes nothing, and the rental is charged', async () => {
  const house = await forgetting('pend');
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  house.provider.payments[0] = { ...payment, status: 'failed' };
  await house.end('r1');
  await chargeDue.runOnce(house.world, ROUND);
  assert.deepEqual((await house.caseOf('r1')).attempts, []);
  await house.pass(HOUR_MS);
  assert.equal(house.provider.requests.length, 2);
});

test('a rental that comes back in its corrected form is not taken while the provider holds its correction', async () => {
  const house = await openHouse();
  await house.pass(0);
  const backup = house.store.snapshot();
  await stopCharging(house.world, { reason: 'a wrong price', by: 'mia' });
  await house.end('r1');
  await house.correct('r1', PRICE - 200n);
  await resumeCharging(house.world, { by: 'mia', reason: 'corrected' });
  await house.pass(0);
  assert.equal(house.provider.payments[0]?.metadata.occurrence, '2');
  house.store.restore(backup);
  house.clock.now += 30 * HOUR_MS;
  await recover(house.world);
  await resumeCharging(house.world, { by: 'mia', reason: 'read to now' });
  await house.end('r1');
  await chargeDue.runOnce(house.world, ROUND);
  assert.equal((await house.caseOf('r1')).intent.state, 'parked');
  await stopCharging(house.world, { by: 'mia', reason: 'it is corrected first' });
  await lookAgain(house.world, keyOf('r1'));
  // Corrected it has the number that the provider knows.
  await house.correct('r1', PRICE - 200n);
  await resumeCharging(house.world, { by: 'mia', reason: 'corrected' });
  await house.pass(HOUR_MS);
  assert.equal((await house.store.readIntents('r1')).at(-1)?.state, 'succeeded');
  assert.equal(house.provider.requests.length, 1);
  await nothingIsWrong(house);
});

test('what is under way for a rental goes to a person once the provider shows another occurrence of it', async () => {
  const house = await openHouse();
  house.provider.manners.push('decline');
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [payment] = house.provider.payments;
  assert.ok(payment !== undefined);
  const metadata = metadataOf({ ...keyOf('r1'), occurrence: 2 }, 1);
  house.provider.payments.push({
    ...payment,
    status: 'succeeded',
    providerRef: 'ch_9',
    metadata,
    createdAt: house.clock.now,
  });
  await house.pass(HOUR_MS);
  assert.equal((await house.caseOf('r1')).intent.state, 'parked');
  assert.deepEqual(house.alarms.map(({ kind }) => kind).toSorted(), [
    'charge_parked',
    'charging_stopped',
    'database_older_than_provider',
    'payment_unexplained',
  ]);
  await nothingIsWrong(house);
});

test('wherever the database leaves an answer out, once or in a row, a rental is taken and booked once', async () => {
  const methods = ['claim', 'applyAll', 'readCursor', 'recordPayments', 'recordLedgerLines', 'writeCursor'] as const;
  for (const method of methods) {
    for (const when of ['before', 'after'] as const) {
      for (const times of [1, 2, 6]) {
        const house = await openHouse();
        await house.end('r1');
        for (let count = 0; count < times; count++) house.lost.push({ method, when });
        for (let round = 0; round < 30; round++) {
          try {
            await house.pass(0);
          } catch (error) {
            assert.ok(error instanceof StoreUnavailable, String(error));
          }
          house.clock.now += 10 * MINUTE_MS;
        }
        const said = `${method} lost ${when} ${times} times`;
        assert.equal((await house.caseOf('r1')).intent.state, 'succeeded', said);
        assert.equal(house.provider.payments.length, 1, said);
        assert.equal(house.balance('house_clearing'), 0n, said);
        await nothingIsWrong(house);
      }
    }
  }
});

test('nothing is sent whose attempt may not have been written', async () => {
  const house = await openHouse();
  await house.end('r1');
  for (const when of ['before', 'after'] as const) {
    house.lost.push({ method: 'applyAll', when });
    await assert.rejects(chargeDue.runOnce(house.world, ROUND), StoreUnavailable);
    assert.equal(house.provider.requests.length, 0);
    house.clock.now += 2 * MINUTE_MS;
  }
});

test('two workers side by side take a hundred rentals once each', async () => {
  const house = await openHouse();
  for (let index = 0; index < 100; index++) await house.end(`r${index}`);
  const round = (worker: string) => chargeDue.runOnce(house.world, { worker, limit: 30, leaseMs: MINUTE_MS });
  for (let turn = 0; turn < 4; turn++) await Promise.all([round('w1'), round('w2')]);
  assert.equal(house.provider.requests.length, 100);
  assert.equal(new Set(house.provider.requests.map((request) => request.idempotencyKey)).size, 100);
});

test('a call that fails by a defect costs the others of its batch nothing, and goes to a person in time', async () => {
  const house = await openHouse();
  const { charge, lookUp } = house.provider;
  const isBroken = (reference: string) => reference.includes(':broken:');
  house.provider.charge = (request) => {
    if (isBroken(request.idempotencyKey)) throw new Error('no access to this merchant account');
    return charge(request);
  };
  house.provider.lookUp = (request) => {
    if (isBroken(request.reference)) throw new Error('no access to this merchant account');
    return lookUp(request);
  };
  await house.end('broken');
  await house.end('r2');
  await house.pass(MINUTE_MS);
  assert.equal((await house.caseOf('r2')).intent.state, 'succeeded');
  assert.equal((await house.caseOf('broken')).intent.state, 'in_flight');
  await house.pass(3 * DAY_MS + HOUR_MS);
  assert.equal((await house.caseOf('broken')).intent.state, 'parked');
  assert.equal((await house.caseOf('broken')).attempts.length, 1);
});

test('a refund and an event that meet a defect stop neither the listing nor other events, and are said in time', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [charge] = house.provider.payments;
  assert.ok(charge !== undefined);
  const moved = {
    ...charge,
    metadata: {},
    createdAt: house.clock.now,
    kind: 'refund',
    parentRef: 'ch_broken',
  } as const;
  const { fetch } = house.provider;
  house.provider.fetch = (request) => {
    if (request.providerRef === 'ch_broken') throw new Error('no access to this merchant account');
    return fetch(request);
  };
  house.provider.payments.push({ ...moved, providerRef: 're_1' });
  const again = { ...charge, providerRef: 'ch_again', createdAt: house.clock.now + MINUTE_MS };
  house.provider.payments.push(again);
  const common = { provider: 'stripe', merchantAccount: 'acct_1', type: 'charge.updated', createdAt: house.clock.now };
  for (const objectRef of ['ch_broken', charge.providerRef]) {
    await house.store.receiveEvent({ ...common, eventId: `evt_${objectRef}`, objectRef }, '{}', house.clock.now);
  }
  await house.pass(2 * HOUR_MS);
  assert.equal(house.balance('account_payable'), -PRICE);
  const states = [...house.store.rows().inbox.values()].map(({ event, state }) => [event.eventId, state]);
  assert.deepEqual(Object.fromEntries(states), {
    evt_ch_broken: 'parked',
    evt_ch_1: 'done',
    'storno:re_1:succeeded': 'parked',
  });
  await house.pass(2 * DAY_MS);
  const said = house.alarms.filter((alarm) => alarm.kind === 'payment_unexplained');
  assert.deepEqual(said.map((alarm) => alarm.subject).toSorted(), ['stripe:acct_1:ch_broken', 'stripe:acct_1:re_1']);
});

test('a refund that was pending when it was listed is booked once it succeeds, though no event tells of it', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [charge] = house.provider.payments;
  assert.ok(charge !== undefined);
  const parts = {
    providerRef: 're_1',
    kind: 'refund',
    parentRef: charge.providerRef,
    createdAt: house.clock.now,
  } as const;
  const refund = { ...charge, ...parts, metadata: {} };
  house.provider.payments.push({ ...refund, status: 'pending' });
  house.provider.lines.push(lineOf(refund));
  await house.pass(5 * DAY_MS);
  assert.equal(house.balance('account_payable'), 0n);
  house.provider.payments[1] = refund;
  await house.pass(HOUR_MS);
  assert.equal(house.balance('account_payable'), PRICE);
  assert.equal(house.balance('house_clearing'), 0n);
  assert.deepEqual(house.alarms, []);
  assert.ok([...house.store.rows().inbox.values()].every(({ state }) => state === 'done'));
  await nothingIsWrong(house);
});

test('a dispute and its end that a ledger tells in one page, the newest first, are both booked', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [charge] = house.provider.payments;
  assert.ok(charge !== undefined);
  const common = { ...charge, parentRef: charge.providerRef, metadata: {} };
  const dispute = {
    ...common,
    providerRef: 'dp_1',
    kind: 'chargeback',
    createdAt: charge.createdAt - 3 * DAY_MS,
  } as const;
  const won = { ...dispute, providerRef: 'dp_1:won', kind: 'chargeback_reversal' } as const;
  house.provider.payments.push(dispute, won);
  const bookedAt = house.clock.now;
  house.provider.lines.unshift(
    { ...lineOf(won), paymentRef: 'dp_1', bookedAt: bookedAt + MINUTE_MS },
    { ...lineOf(dispute), bookedAt },
  );
  // Nobody read it meanwhile: it is read once.
  house.clock.now += 2 * HOUR_MS;
  await house.pass(2 * HOUR_MS);
  assert.equal(house.balance('house_disputed'), 0n);
  assert.equal(house.balance('house_clearing'), 0n);
  await nothingIsWrong(house);
});

test('the end of a dispute brings its dispute along, so that it is never dropped for coming first', async () => {
  const house = await openHouse();
  await house.end('r1');
  await house.pass(HOUR_MS);
  const [charge] = house.provider.payments;
  assert.ok(charge !== undefined);
  const common = { ...charge, parentRef: charge.providerRef, metadata: {} };
  const dispute = {
    ...common,
    providerRef: 'dp_1',
    kind: 'chargeback',
    createdAt: charge.createdAt - 3 * DAY_MS,
  } as const;
  const won = { ...dispute, providerRef: 'dp_1:won', kind: 'chargeback_reversal' } as const;
  house.provider.payments.push(dispute, won);
  house.provider.lines.push({ ...lineOf(won), paymentRef: 'dp_1', bookedAt: house.clock.now });
  await house.pass(3 * HOUR_MS);
  const kinds = [...house.store.rows().transfers.values()].map(({ kind }) => kind);
  assert.deepEqual(
    kinds.filter((kind) => kind.startsWith('chargeback')),
    ['chargeback', 'chargeback_reversal'],
  );
  assert.equal(house.balance('house_disputed'), 0n);
});
