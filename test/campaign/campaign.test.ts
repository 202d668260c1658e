/**
 * Campaigns over PostgreSQL and the official SDK, against the sandbox in every temper. The oracle is the sandbox's own
 * record: what it refunded of each charge, to the cent.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { hearRefund } from '../../src/flow/remedy/hear-refund.ts';
import { PROFILES } from '../../src/world/provider/sandbox/engine/profile.ts';
import { readRefundPayment } from '../../src/world/provider/stripe/read-payment.ts';
import { MILAN } from '../provider/harness.ts';
import { AMOUNT, type CampaignHouse, openCampaignHouse } from './house.ts';
import type { WantedRefund } from './plan.ts';

function many(house: CampaignHouse, count: number, card: string): Promise<readonly WantedRefund[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => house.chargeTwice(`acc_${at}`, card)));
}

async function statesOf(house: CampaignHouse, planId: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { state } of await house.rows(planId)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

async function campaignOf({ admin }: CampaignHouse) {
  return (await admin.query('select state, reason, canary, version from storno.campaign')).rows[0];
}

/** The books and the counters say what the provider says, and no invariant is violated. */
async function assertReckoned(house: CampaignHouse, refunds: readonly WantedRefund[]): Promise<void> {
  const refunded = house.refunded();
  const { rows: violated } = await house.admin.query("select storno.check_invariants(statement_timestamp(), '1 day')");
  assert.deepEqual(violated, []);
  const { rows } = await house.admin.query<{ payment_id: string; refunded: bigint; reserved: bigint; booked: bigint }>(
    `select l.payment_id, l.refunded_minor as refunded, l.reserved_minor as reserved, (
        select coalesce(sum(case t.kind when 'refund' then t.amount else -t.amount end), 0)::bigint
        from storno.transfer as t
        where t.account_id = l.account_id and t.kind in ('refund', 'refund_failed')
      ) as booked
    from storno.liability as l`,
  );
  assert.equal(rows.length, refunds.length);
  for (const row of rows) {
    const atProvider = refunded.get(row.payment_id) ?? 0n;
    assert.deepEqual([row.refunded, row.booked, row.reserved], [atProvider, atProvider, 0n], row.payment_id);
  }
}

test('each refund of a plan is sent once by three workers, booked once, and the campaign is done', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 12, 'pm_card_visa');
  await house.plan('p1', refunds);
  await house.work(3);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 12 });
  for (const { paymentId } of refunds) assert.equal(house.refunded().get(paymentId), BigInt(AMOUNT));
  await assertReckoned(house, refunds);
  assert.equal((await campaignOf(house)).state, 'done');
  const before = await dump(house);
  await house.work(2);
  assert.deepEqual(await dump(house), before, 'a second run changes nothing');
});

async function dump({ admin }: CampaignHouse): Promise<unknown> {
  const { rows } = await admin.query(
    `select (select jsonb_agg(to_jsonb(r) order by r.liability_id) from storno.refund as r) as refunds,
      (select jsonb_agg(to_jsonb(l) order by l.liability_id) from storno.liability as l) as liabilities,
      (select count(*) from storno.transfer) as transfers, (select count(*) from storno.outbox) as events`,
  );
  return rows;
}

/** Time for two attempts whose keys expire unanswered, one after the other, and for a third. */
const THREE_DAYS_MS = 72 * HOUR_MS;

for (const [name, profile] of Object.entries(PROFILES)) {
  test(`whatever the provider does, a liability is discharged once at most: ${name}`, async (t: TestContext) => {
    const house = await openCampaignHouse(t, {});
    const refunds = await many(house, 10, 'pm_card_visa');
    // Charges that are given back are not of this minute: a look-up that lags behind knows them.
    await house.pass(5 * MINUTE_MS, 5 * MINUTE_MS);
    await house.bench.door('profile', { ...profile, slowBy: { minMs: 1, meanMs: 20, maxMs: 50 } });
    // Time stands still between the steps: more at once would use up the second before any row was read whole.
    if (profile.requestsPerSecond !== undefined) house.calls.max = 1;
    await house.plan('p1', refunds);
    await house.work(2);
    await house.pass(2 * HOUR_MS, 10 * MINUTE_MS);
    await house.pass(THREE_DAYS_MS, 4 * HOUR_MS);
    const refunded = house.refunded();
    for (const { paymentId } of refunds) {
      const sum = refunded.get(paymentId) ?? 0n;
      assert.ok(sum === 0n || sum === BigInt(AMOUNT), `${paymentId} got ${sum}`);
    }
    const states = await statesOf(house, 'p1');
    assert.equal(states.due ?? 0, 0, JSON.stringify(states));
    if (name !== 'disputes') assert.equal((states.succeeded ?? 0) + (states.failed ?? 0), 10, JSON.stringify(states));
    await assertReckoned(house, refunds);
  });
}

test('a card that is closed needs its customer: nothing was paid, and nothing is tried again', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 3, 'pm_card_refundRefused');
  await house.plan('p1', refunds);
  await house.work(2);
  assert.deepEqual(await statesOf(house, 'p1'), { failed: 3 });
  const [row] = await house.rows('p1');
  assert.match(row?.reason ?? '', /^needs customer: expired_or_canceled_card/);
  assert.equal(house.refunded().size, 0);
  await assertReckoned(house, refunds);
});

test('a refund that succeeded and fails days later opens its liability again, in the books too', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 3, 'pm_card_refundFails_5d');
  await house.plan('p1', refunds);
  await house.work(1);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 3 });
  await house.pass(14 * 24 * HOUR_MS, 24 * HOUR_MS);
  assert.deepEqual(await statesOf(house, 'p1'), { failed: 3 });
  assert.match((await house.rows('p1'))[0]?.reason ?? '', /^needs customer: .*after it had succeeded/);
  assert.equal(house.refunded().size, 0);
  await assertReckoned(house, refunds);
  const { rows } = await house.admin.query("select corrects from storno.transfer where kind = 'refund_failed'");
  assert.equal(rows.length, 3);
  for (const { corrects } of rows) assert.match(corrects, /^refund:stripe:milan:re_/);
});

test('before anything is sent both legs are read: disputes, refunds by others and other sums stop the item', async (t) => {
  const house = await openCampaignHouse(t, {});
  const [disputed, keptBack, byHand, partly, ridden, odd] = await many(house, 6, 'pm_card_visa');
  assert.ok(disputed && keptBack && byHand && partly && ridden && odd);
  const { stripe, door } = house.bench;
  await door('happen', { what: 'dispute_opens', subject: disputed.paymentId, account: 'acct_milan' });
  await stripe.refunds.create({ charge: keptBack.keptPaymentId ?? '' });
  await stripe.refunds.create({ charge: byHand.paymentId });
  await stripe.refunds.create({ charge: partly.paymentId, amount: 450 });
  await door('happen', { what: 'dispute_opens', subject: ridden.keptPaymentId, account: 'acct_milan' });
  const refunds = [disputed, keptBack, byHand, partly, ridden, { ...odd, amountMinor: AMOUNT + 1 }];
  await house.plan('p1', refunds);
  const sent = house.bench.server.sandbox.engine;
  const before = [...sent.rows('refunds')].length;
  await house.work(2);
  const rows = await house.rows('p1');
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['quarantined', 'quarantined', 'not_owed', 'quarantined', 'quarantined', 'quarantined'],
  );
  assert.match(rows[0]?.reason ?? '', /while a dispute is open/);
  assert.match(rows[1]?.reason ?? '', /never both/);
  assert.match(rows[3]?.reason ?? '', /EUR 4\.50 came back.*EUR 10\.00 are left, which needs a new plan/);
  assert.match(rows[5]?.reason ?? '', /only EUR 14\.50 were captured/);
  assert.equal([...sent.rows('refunds')].length, before, 'nothing was sent');
  const { rows: elsewhere } = await house.admin.query<{ elsewhere_minor: bigint }>(
    'select elsewhere_minor from storno.liability order by liability_id',
  );
  assert.deepEqual(
    elsewhere.map(({ elsewhere_minor }) => elsewhere_minor),
    [0n, 0n, 1450n, 450n, 0n, 0n],
  );
});

test('a provider that cannot be read gets nothing; once it can, everything goes on', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 4, 'pm_card_visa');
  await house.bench.door('profile', { faultsOn: 'everything', faults: { errorBefore: { perMille: 1000 } } });
  await house.plan('p1', refunds);
  await house.work(2);
  assert.deepEqual(await statesOf(house, 'p1'), { due: 4 });
  assert.equal(house.refunded().size, 0);
  await house.bench.door('profile', { name: 'honest' });
  await house.pass(MINUTE_MS, MINUTE_MS);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 4 });
});

test('a balance that is too low halts the campaign; funded and resumed, each is paid once', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 4, 'pm_card_visa');
  await house.bench.door('profile', { refunds: { whenBalanceShort: 'refused' }, settlement: { availableAfterMs: 1 } });
  await house.bench.door('advance', { by: '3d' });
  house.clock.skipMs += 3 * 24 * HOUR_MS;
  await house.plan('p1', refunds);
  await house.work(1);
  assert.equal((await campaignOf(house)).state, 'halted');
  assert.match((await campaignOf(house)).reason, /balance at the provider is too low/);
  assert.deepEqual(house.alarms, ['campaign_halted']);
  assert.equal(house.refunded().size, 0);
  await house.bench.door('profile', { name: 'honest', settlement: { payouts: 'never' } });
  await many(house, 8, 'pm_card_visa');
  await house.admin.query("update storno.campaign set state = 'running', version = version + 1");
  await house.pass(2 * HOUR_MS, HOUR_MS);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 4 });
  await assertReckoned(house, refunds);
});

test('a canary pauses by itself after exactly so many, however many workers there are', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 10, 'pm_card_visa');
  await house.plan('p1', refunds, { canary: 3 });
  await house.work(3);
  assert.deepEqual(await statesOf(house, 'p1'), { due: 7, succeeded: 3 });
  const campaign = await campaignOf(house);
  assert.deepEqual([campaign.state, campaign.canary], ['paused', 0]);
  await house.admin.query("update storno.campaign set state = 'running', canary = null, version = version + 1");
  await house.work(3);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 10 });
});

test('so many final failures among the last hundred halt a campaign by itself', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 12, 'pm_card_refundRefused');
  await house.plan('p1', refunds, { haltFailures: 4, perTenSeconds: 40 });
  await house.work(1);
  const states = await statesOf(house, 'p1');
  assert.equal((await campaignOf(house)).state, 'halted');
  assert.ok((states.failed ?? 0) >= 4 && (states.failed ?? 0) <= 8, JSON.stringify(states));
});

test('what an event shows of a refund of ours is laid to its attempt, and to no other', async (t) => {
  const house = await openCampaignHouse(t, { faults: { answerLost: { perMille: 1000 } } });
  const [one] = await many(house, 1, 'pm_card_visa');
  assert.ok(one);
  await house.bench.door('profile', { faultsOn: 'everything', faults: { requestLost: { perMille: 0 } } });
  await house.bench.door('profile', { name: 'honest', faults: { answerLost: { next: 1 } } });
  await house.plan('p1', [one]);
  await house.work(1);
  const [entry] = [...house.bench.server.sandbox.engine.rows('refunds')];
  assert.ok(entry);
  const payment = readRefundPayment(entry[1].wire as never, MILAN);
  const world = house.world('listener');
  assert.equal(await hearRefund(world, payment, 'event'), true);
  assert.equal(await hearRefund(world, payment, 'listing'), true);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 1 });
  await assertReckoned(house, [one]);
  // R4: a failure of another refund under the same reference says nothing of the one that was paid.
  const stale = { ...payment, providerRef: 're_other', status: 'failed' as const, code: 'lost_or_stolen_card' };
  assert.equal(await hearRefund(world, stale, 'event'), true);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 1 });
  const foreign = { ...payment, metadata: {} };
  assert.equal(await hearRefund(world, foreign, 'event'), false);
});

test('what goes to the account is credited by an entry, once, and nothing is sent', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = (await many(house, 3, 'pm_card_visa')).map((one) => ({ ...one, channel: 'account_credit' }));
  await house.plan('p1', refunds);
  await house.work(2);
  assert.deepEqual(await statesOf(house, 'p1'), { succeeded: 3 });
  assert.equal(house.refunded().size, 0);
  const { rows } = await house.admin.query<{ credited: bigint; booked: bigint }>(
    `select (select sum(credited_minor)::bigint from storno.liability) as credited,
      (select sum(amount)::bigint from storno.transfer where kind = 'credited' and credit = 'account_credit') as booked`,
  );
  assert.deepEqual(rows[0], { credited: 4350n, booked: 4350n });
});

test('after a pause nothing more is begun within a second', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await many(house, 60, 'pm_card_visa');
  await house.plan('p1', refunds, { perTenSeconds: 200 });
  const working = house.work(3);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await house.admin.query("update storno.campaign set state = 'paused', version = version + 1 where state = 'running'");
  const pausedAt = Date.now();
  await working;
  const created = [...house.bench.server.sandbox.engine.rows('refunds')].length;
  assert.ok(created > 0 && created < 60, `${created} were sent`);
  const { rows } = await house.admin.query<{ last: Date }>('select max(sent_at) as last from storno.refund_attempt');
  const lateMs = (rows[0]?.last.getTime() ?? 0) - pausedAt;
  assert.ok(lateMs < 1000, `the last was begun ${lateMs} ms after the pause`);
  t.diagnostic(`${created} sent; the last begun ${lateMs} ms after the pause`);
  assert.deepEqual(await statesOf(house, 'p1'), { due: 60 - created, succeeded: created });
});
