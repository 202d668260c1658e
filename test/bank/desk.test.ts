/** Refunds over the bank: from the account that a customer names to the booking and the return of his money. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DAY_MS } from '../../src/core/kernel/time.ts';
import { WAITING_MS } from '../../src/flow/remedy/enter-bank-account.ts';
import { isEven, reconcileIncident } from '../../src/flow/remedy/reconcile-incident.ts';
import {
  booking,
  comeBack,
  type DeskHouse,
  type FiledPayment,
  IBAN,
  openDeskHouse,
  owed,
  paymentsIn,
  statement,
  statusReport,
} from './desk-house.ts';

const OTHER_IBAN = 'ES9121000418450200051332';

/** So many accounts with 14.50 each, whose bank account may be used. */
async function openReady(t: TestContext, accounts: number): Promise<DeskHouse> {
  const house = await openDeskHouse(t);
  await house.failed(Array.from({ length: accounts }, (_, at) => owed(`acc_${at}`, 1450)));
  for (let at = 0; at < accounts; at += 1) assert.ok((await house.enter(`acc_${at}`)).ok);
  house.clock.at += WAITING_MS;
  return house;
}

async function exportAll(house: DeskHouse) {
  const exported = await house.export();
  assert.ok(exported.ok);
  return { ...exported.value, payments: paymentsIn(exported.value.body) };
}

/** One order in a file. */
async function openOrdered(t: TestContext) {
  const house = await openReady(t, 1);
  const file = await exportAll(house);
  const [payment] = file.payments;
  assert.ok(payment !== undefined);
  return { house, file, payment };
}

async function entriesOf(house: DeskHouse): Promise<readonly string[]> {
  const { rows } = await house.admin.query<{ line: string }>(
    `select kind || ' ' || debit || ' > ' || credit || ' ' || amount || case when corrects is null then '' else ' !' end
      as line from storno.transfer order by recorded_at, kind desc`,
  );
  return rows.map(({ line }) => line);
}

async function reconcileOf(house: DeskHouse, incidentId = 'inc_bank', asOf = '2026-02-20') {
  return reconcileIncident(house.desk, { incidentId, asOf });
}

test('a file holds exactly what is due and usable, and reserves it', async (t) => {
  const house = await openDeskHouse(t);
  await house.failed([owed('acc_0', 1450), owed('acc_1', 957), owed('acc_2', 31), owed('acc_0', 870)]);
  await house.enter('acc_0');
  await house.enter('acc_1', OTHER_IBAN);
  house.clock.at += WAITING_MS;
  const { payments, orders, total, executeOn, messageId } = await exportAll(house);
  assert.deepEqual(
    payments.map(({ amount, iban }) => `${amount} ${iban}`).toSorted(),
    [`14.50 ${IBAN}`, `8.70 ${IBAN}`, `9.57 ${OTHER_IBAN}`].toSorted(),
  );
  assert.deepEqual([orders, total, executeOn], [3, { EUR: 3277n }, '2026-02-06']);
  assert.ok(messageId.length <= 35);
  assert.deepEqual((await house.refund('lia_bank_0')).reserved_minor, 1450n);
  assert.equal((await house.refund('lia_bank_0')).state, 'in_flight');
  assert.equal((await house.refund('lia_bank_2')).state, 'due', 'nobody has said where it may go');
  assert.deepEqual(await house.violations(), []);
});

test('nothing is paid before the waiting period is over, and the old address is told', async (t) => {
  const house = await openDeskHouse(t);
  await house.failed([owed('acc_0', 1450)]);
  const entered = await house.enter('acc_0');
  assert.deepEqual(entered, { ok: true, value: { revision: 1, usableFrom: house.clock.at + WAITING_MS } });
  const { rows } = await house.admin.query('select kind, occurrence, state, facts from storno.letter');
  assert.deepEqual(
    rows.map(({ kind, occurrence, state }) => [kind, occurrence, state]),
    [['bank_details_changed', 1, 'due']],
  );
  assert.deepEqual(rows[0].facts.change, {
    zone: 'Europe/Rome',
    amount: { amount: 1450, currency: 'EUR' },
    changed: { day: '2026-02-02', time: '11:00' },
    iban_end: '3000',
    paid_from: '2026-02-05',
  });
  house.clock.at += WAITING_MS - 1;
  assert.deepEqual(await house.export(), { ok: false, error: { kind: 'nothing_due' } });
  house.clock.at += 1;
  assert.equal((await exportAll(house)).orders, 1);
});

test('an account named later waits anew, also for an order that was begun and is in no file yet', async (t) => {
  const house = await openReady(t, 1);
  const dying = { ...house.world, writer: () => ({ ok: false, error: ['the process died'] }) as const };
  assert.ok(!(await house.export(dying)).ok);
  assert.equal((await house.refund('lia_bank_0')).state, 'in_flight');
  assert.ok((await house.enter('acc_0', OTHER_IBAN)).ok);
  assert.deepEqual(await house.export(), { ok: false, error: { kind: 'nothing_due' } });
  house.clock.at += WAITING_MS;
  assert.deepEqual(
    (await exportAll(house)).payments.map(({ iban }) => iban),
    [OTHER_IBAN],
  );
});

test('nothing is paid to an account that no letter told of, however long ago it was named', async (t) => {
  const house = await openDeskHouse(t);
  await house.failed([owed('acc_0', 1450)]);
  await house.accounts.putBankAccount({
    accountId: 'acc_0',
    iban: OTHER_IBAN,
    holder: 'Mallory',
    enteredBy: 'acc_0',
    enteredAt: house.clock.at,
    usableFrom: house.clock.at + WAITING_MS,
  });
  house.clock.at += 30 * DAY_MS;
  assert.deepEqual(await house.export(), { ok: false, error: { kind: 'nothing_due' } });
});

test('where nothing waits nobody is asked for an account', async (t) => {
  const house = await openDeskHouse(t);
  await house.failed([owed('acc_0', 1450)]);
  assert.deepEqual(await house.enter('acc_of_nobody'), { ok: false, error: { kind: 'nothing_waits' } });
  await house.admin.query('update storno.liability set elsewhere_minor = owed_minor, version = version + 1');
  assert.deepEqual(await house.enter('acc_0'), { ok: false, error: { kind: 'nothing_waits' } });
  assert.equal((await house.admin.query('select from storno_pii.bank_account')).rowCount, 0);
});

test('after a crash between the order and its file the next file takes it, under the same end-to-end id', async (t) => {
  const house = await openReady(t, 2);
  const names: string[] = [];
  const dying = {
    ...house.world,
    bank: {
      ...house.desk,
      writeOrderFile: async ({ orders }: { orders: readonly { endToEndId: string }[] }) => {
        names.push(...orders.map(({ endToEndId }) => endToEndId));
        throw new Error('the process died');
      },
    },
  };
  await assert.rejects(house.export(dying), /died/);
  assert.equal((await house.admin.query('select from storno.bank_file')).rowCount, 0);
  house.clock.at += DAY_MS;
  const { payments } = await exportAll(house);
  assert.equal(names.length, 2);
  assert.deepEqual(payments.map(({ endToEndId }) => endToEndId).toSorted(), names.toSorted());
  assert.deepEqual(await house.violations(), []);
});

test('no order stands in two files, whether they are made one after the other or at once', async (t) => {
  const house = await openReady(t, 20);
  const made = await Promise.all([house.export(), house.export(), house.export()]);
  const again = await house.export();
  assert.deepEqual(again, { ok: false, error: { kind: 'nothing_due' } });
  const files = made.flatMap((one) => (one.ok ? [one.value] : []));
  const names = files.flatMap(({ body }) => paymentsIn(body).map(({ endToEndId }) => endToEndId));
  assert.equal(names.length, 20);
  assert.equal(new Set(names).size, 20);
  for (const one of made) if (!one.ok) assert.ok(['nothing_due', 'made_by_another'].includes(one.error.kind));
  for (const { fileId, body } of files) assert.deepEqual(await house.desk.readFileBody(fileId), Buffer.from(body));
  assert.deepEqual(await house.violations(), []);
});

test('what came back elsewhere since it was approved goes to a person, and the others are transferred', async (t) => {
  const house = await openReady(t, 2);
  await house.admin.query(
    "update storno.liability set elsewhere_minor = 500, version = version + 1 where liability_id = 'lia_bank_0'",
  );
  assert.equal((await exportAll(house)).orders, 1);
  const { state, reason } = await house.refund('lia_bank_0');
  assert.deepEqual([state, reason], ['quarantined', 'less is owed than was approved: it came back elsewhere']);
});

test('a bank that accepts, books and brings back is followed to the cent', async (t) => {
  const { house, file, payment } = await openOrdered(t);
  const accepted = statusReport({ messageId: file.messageId, endToEndId: payment.endToEndId, status: 'ACCP' });
  assert.equal((await house.take(accepted)).heard, 1);
  assert.equal((await house.refund('lia_bank_0')).state, 'pending');
  assert.deepEqual(await entriesOf(house), []);
  const booked = await house.take(statement({ entries: [booking(payment, 'B-1')] }));
  assert.deepEqual([booked.kind, booked.movements, booked.heard], ['created', 1, 1]);
  const paid = await house.refund('lia_bank_0');
  assert.deepEqual([paid.state, paid.reserved_minor, paid.transferred_minor], ['succeeded', 0n, 1450n]);
  assert.deepEqual(await entriesOf(house), ['transferred account_payable > house_bank 1450']);
  assert.deepEqual(await house.violations(), []);
  assert.ok(isEven(await reconcileOf(house)));
  const back = await house.take(statement({ id: 'S2', on: '2026-02-09', entries: [comeBack(payment, 'B-2')] }));
  assert.equal(back.heard, 1);
  const failed = await house.refund('lia_bank_0');
  assert.deepEqual([failed.state, failed.reserved_minor, failed.transferred_minor], ['failed', 0n, 0n]);
  assert.match(failed.reason, /needs customer.*AC04/);
  assert.deepEqual(await entriesOf(house), [
    'transferred account_payable > house_bank 1450',
    'transfer_returned house_bank > account_payable 1450 !',
  ]);
  assert.deepEqual(await house.violations(), []);
  const found = await reconcileOf(house);
  assert.equal(found.groups.flatMap((group) => group.returned).length, 1);
  assert.ok(isEven(found));
});

test('the capture that is given back counts what was transferred and brought back, and no interest', async (t) => {
  const house = await openDeskHouse(t);
  const principal = owed('acc_0', 1450);
  await house.failed([principal, { ...principal, amountMinor: 31, liability: 'time_value' }]);
  await house.enter('acc_0');
  house.clock.at += WAITING_MS;
  await house.admin.query(`
    insert into storno.charge_intent (account_id, rental_id, purpose, occurrence, revision, state, amount_minor, currency,
      provider, run_at, version, declines, created_at)
    values ('acc_0', 'rnt_1', 'rental', 1, 1, 'due', 1450, 'EUR', 'stripe', '2026-01-02', 1, 0, '2026-01-02');
    insert into storno.capture (account_id, rental_id, purpose, occurrence, provider, merchant_account, provider_ref,
      is_surplus, currency, captured_minor, refunded_minor, reserved_minor, transferred_minor, disputed_minor,
      disputed_excess_minor, captured_at)
    select account_id, 'rnt_1', 'rental', 1, provider, merchant_account, payment_id, true, 'EUR', 1450, 0, 0, 0, 0, 0,
      '2026-01-02' from storno.liability where liability_id = 'lia_bank_0'`);
  const counted = async () => {
    const { rows } = await house.admin.query<{ transferred_minor: bigint }>(
      'select transferred_minor from storno.capture',
    );
    return rows.map((row) => row.transferred_minor);
  };
  const { payments } = await exportAll(house);
  assert.equal(payments.length, 2);
  await house.take(statement({ entries: payments.map((one, at) => booking(one, `B-${at}`)) }));
  assert.deepEqual(await counted(), [1450n]);
  const back = payments.map((one, at) => comeBack(one, `B-1${at}`));
  await house.take(statement({ id: 'S2', on: '2026-02-09', entries: back }));
  assert.deepEqual(await counted(), [0n]);
});

test('an order that the bank rejects is owed again, and moved nothing', async (t) => {
  const { house, file, payment } = await openOrdered(t);
  const { messageId } = file;
  const rejected = statusReport({ messageId, endToEndId: payment.endToEndId, status: 'RJCT', reason: 'AC04' });
  assert.equal((await house.take(rejected)).heard, 1);
  assert.equal((await house.take(rejected)).heard, 0);
  const { state, reason, reserved_minor, transferred_minor } = await house.refund('lia_bank_0');
  assert.deepEqual([state, reserved_minor, transferred_minor], ['failed', 0n, 0n]);
  assert.match(reason, /AC04/);
  assert.deepEqual(await entriesOf(house), []);
  assert.deepEqual(await house.violations(), []);
});

test('a file that the bank rejects as a whole is rejected for each of its orders', async (t) => {
  const house = await openReady(t, 3);
  const { messageId } = await exportAll(house);
  const rejected = statusReport({ messageId, endToEndId: null, status: 'RJCT', reason: 'FF01' });
  assert.equal((await house.take(rejected)).heard, 3);
  for (const at of [0, 1, 2]) assert.equal((await house.refund(`lia_bank_${at}`)).state, 'failed');
  assert.deepEqual(await house.violations(), []);
});

test('the same statement again, and the same money in camt.052, 053 and 054, changes nothing', async (t) => {
  const { house, payment } = await openOrdered(t);
  const entries = [booking(payment, 'B-1')];
  const files = [
    statement({ kind: '052', id: 'R1', entries }),
    statement({ kind: '053', id: 'S1', entries }),
    statement({ kind: '054', id: 'N1', entries }),
    statement({ kind: '053', id: 'S1', entries }),
    statement({ kind: '053', id: 'S1-again', entries }),
  ];
  const done = [];
  for (const file of files) {
    const { kind, movements, heard } = await house.take(file);
    done.push(`${kind} ${movements} ${heard}`);
  }
  assert.deepEqual(done, ['created 1 1', 'created 0 0', 'created 0 0', 'exists 0 0', 'created 0 0']);
  assert.equal((await house.admin.query('select from storno.bank_movement')).rowCount, 1);
  assert.deepEqual(await entriesOf(house), ['transferred account_payable > house_bank 1450']);
  assert.equal((await house.refund('lia_bank_0')).transferred_minor, 1450n);
  assert.deepEqual(await house.violations(), []);
});

test('a statement that was taken by somebody who died is heard with the next file', async (t) => {
  const { house, payment } = await openOrdered(t);
  const dying = {
    ...house.desk,
    readUnheard: async () => {
      throw new Error('the process died');
    },
  };
  const xml = statement({ entries: [booking(payment, 'B-1')] });
  await assert.rejects(house.take(xml, dying), /died/);
  assert.equal((await house.refund('lia_bank_0')).state, 'in_flight');
  const again = await house.take(xml);
  assert.deepEqual([again.kind, again.movements, again.heard], ['exists', 0, 1]);
  assert.equal((await house.refund('lia_bank_0')).state, 'succeeded');
});

for (const [what, isOneFile] of [
  ['in a file that is taken before that of the booking', false],
  ['above its booking in one file', true],
] as const) {
  test(`a return that stands ${what} is not lost`, async (t) => {
    const { house, payment } = await openOrdered(t);
    const [back, out] = [comeBack(payment, 'B-2'), booking(payment, 'B-1')];
    if (isOneFile) await house.take(statement({ entries: [back, out] }));
    else {
      await house.take(statement({ id: 'S2', on: '2026-02-09', entries: [back] }));
      assert.equal((await house.refund('lia_bank_0')).state, 'in_flight');
      await house.take(statement({ entries: [out] }));
    }
    const { state, transferred_minor } = await house.refund('lia_bank_0');
    assert.deepEqual([state, transferred_minor], ['failed', 0n]);
    assert.equal((await entriesOf(house)).length, 2);
    assert.deepEqual(await house.violations(), []);
  });
}

test('another amount than was ordered is no word about the order, and reconciliation shows it', async (t) => {
  const { house, payment } = await openOrdered(t);
  const { heard, movements } = await house.take(
    statement({ entries: [booking({ ...payment, amount: '14.05' }, 'B-1')] }),
  );
  assert.deepEqual([heard, movements], [0, 1]);
  assert.equal((await house.refund('lia_bank_0')).state, 'in_flight');
  const found = await reconcileOf(house);
  assert.ok(!isEven(found));
  assert.deepEqual(
    found.groups.map(({ standing, difference }) => [standing, difference.amountMinor]),
    [['under', 45n]],
  );
});

test('an order that nobody has booked is open, and overdue after its days', async (t) => {
  const { house } = await openOrdered(t);
  const overdue = async (asOf: string) => (await reconcileOf(house, 'inc_bank', asOf)).open.map((one) => one.isOverdue);
  assert.deepEqual(await overdue('2026-02-06'), [false]);
  assert.deepEqual(await overdue('2026-02-28'), [true]);
});

test('a card refund that failed late is matched with the provider’s ledger, and counts as come back', async (t) => {
  const house = await openDeskHouse(t);
  await house.late([owed('acc_0', 1450), owed('acc_1', 957)]);
  const line = async (id: string, refundId: string, amount: number, day: string) =>
    house.admin.query(
      "insert into storno.settlement values ('stripe', 'acct', $1, $2, null, 'refund', $3, 0, 'EUR', $4, $4)",
      [id, refundId, amount, day],
    );
  await line('txn_1', 're_lia_late_0', -1450, '2026-02-03');
  await line('txn_2', 're_lia_late_1', -957, '2026-02-03');
  assert.equal((await reconcileOf(house, 'inc_late')).groups.flatMap((group) => group.returned).length, 0);
  await line('txn_3', 're_lia_late_0', 1450, '2026-02-08');
  const found = await reconcileOf(house, 'inc_late');
  assert.ok(isEven(found));
  assert.deepEqual(
    found.groups.flatMap((group) => group.returned).map(({ expectationId }) => expectationId),
    ['refund:key lia_late_0'],
  );
});

test('a refund that failed before it was accepted is not expected on any account', async (t) => {
  const house = await openDeskHouse(t);
  await house.failed([owed('acc_0', 1450)]);
  const { expectations } = await reconcileOf(house, 'inc_card');
  assert.deepEqual(expectations, []);
});

test('what a person puts together stands, is said with his name, and is decided once', async (t) => {
  const { house, payment } = await openOrdered(t);
  const nameless: FiledPayment = { ...payment, endToEndId: 'NOTPROVIDED' };
  await house.take(statement({ entries: [booking(nameless, 'B-1')] }));
  const before = await reconcileOf(house);
  assert.equal(before.open.length, 1);
  const { rows } = await house.admin.query('select movement_id from storno.bank_movement');
  const match = {
    matchId: 'mat_1',
    expectationIds: [before.expectations[0]?.id ?? ''],
    movementIds: [rows[0].movement_id as string],
    person: 'carla',
    reason: 'the bank dropped the reference, amount and day agree',
    at: house.clock.at,
  };
  assert.equal(await house.accounts.matchByHand(match), 'created');
  assert.equal(await house.accounts.matchByHand(match), 'exists');
  const found = await reconcileOf(house);
  assert.ok(isEven(found));
  assert.equal(found.groups.length, 1);
});
