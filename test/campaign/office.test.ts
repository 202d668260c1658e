import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '../../src/core/kernel/time.ts';
import type { Staff, StaffRole } from '../../src/core/remedy/staff.ts';
import { pauseCampaign, resumeCampaign, startCampaign, stopCampaign } from '../../src/flow/remedy/campaign.ts';
import { grantGoodwill } from '../../src/flow/remedy/goodwill.ts';
import { ianaCalendar } from '../../src/world/calendar.ts';
import { systemClock } from '../../src/world/clock.ts';
import { systemEntropy } from '../../src/world/entropy.ts';
import { openCampaignOffice } from '../../src/world/postgres/campaign/office.ts';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import { openLots } from '../../src/world/postgres/store/lots.ts';
import { freshDatabase } from '../postgres.ts';
import { seedPlan, type WantedRefund } from './plan.ts';

function person(staffId: string, ...roles: StaffRole[]): Staff {
  return { staffId, name: staffId, roles, accountId: null, recordedAt: 0, disabledAt: null };
}

const CARLA = person('carla', 'operator');
const BRUNO = person('bruno', 'approver');
const VERA = person('vera', 'viewer');

function refundOf(at: number, channel: string): WantedRefund {
  return { accountId: `acc_${at}`, paymentId: `ch_${at}`, keptPaymentId: null, amountMinor: 1000 + at, channel };
}

async function openDesk(t: { after(fn: () => Promise<void>): void }) {
  const database = await freshDatabase();
  t.after(() => database.close());
  const pool = database.pool('storno_api');
  const office = openCampaignOffice(pool);
  const desk = { office, clock: systemClock, entropy: systemEntropy, calendar: ianaCalendar, lots: openLots(pool) };
  return { database, desk, refunds: openRefunds(database.pool('storno_worker')) };
}

const WISH = { planId: 'p1', actor: CARLA, canary: null, perTenSeconds: 250, haltFailures: 20 };

test('a campaign starts once, and only from an approval that holds', async (t) => {
  const { database, desk } = await openDesk(t);
  const refunds = [refundOf(1, 'original_payment')];
  await seedPlan(database.admin, { planId: 'p0', merchantAccount: 'm', refunds, approved: false });
  const other = [refundOf(2, 'original_payment')];
  await seedPlan(database.admin, { planId: 'p1', merchantAccount: 'm', refunds: other });
  const late = [refundOf(3, 'original_payment')];
  await seedPlan(database.admin, { planId: 'p2', merchantAccount: 'm', refunds: late, expiresAt: '2026-01-05' });
  const kindOf = async (wish: Parameters<typeof startCampaign>[1]) => {
    const done = await startCampaign(desk, wish);
    return done.ok ? done.value.kind : done.error.kind;
  };
  assert.equal(await kindOf({ ...WISH, planId: 'p9' }), 'plan_unknown');
  assert.equal(await kindOf({ ...WISH, planId: 'p0' }), 'not_approved');
  assert.equal(await kindOf({ ...WISH, planId: 'p2' }), 'expired');
  assert.equal(await kindOf({ ...WISH, actor: VERA }), 'may_not');
  assert.equal(await kindOf(WISH), 'created');
  assert.equal(await kindOf(WISH), 'exists');
});

test('one person pauses, an approver resumes, and what was stopped never runs again', async (t) => {
  const { database, desk, refunds } = await openDesk(t);
  const wanted = Array.from({ length: 5 }, (_, at) => refundOf(at, 'original_payment'));
  await seedPlan(database.admin, { planId: 'p1', merchantAccount: 'm', refunds: wanted });
  await startCampaign(desk, WISH);
  assert.equal(await refunds.fillCampaign('p1', 3, Date.now()), 3);
  assert.equal(await refunds.fillCampaign('p1', 3, Date.now()), 2);
  assert.equal(await refunds.fillCampaign('p1', 3, Date.now()), 0);
  const wish = { planId: 'p1', reason: 'why' };
  const sayKind = (done: Awaited<ReturnType<typeof pauseCampaign>>) => (done.ok ? done.value.kind : done.error.kind);
  assert.equal(sayKind(await pauseCampaign(desk, { ...wish, actor: VERA })), 'may_not');
  assert.equal(sayKind(await pauseCampaign(desk, { ...wish, actor: CARLA })), 'changed');
  assert.equal(sayKind(await pauseCampaign(desk, { ...wish, actor: CARLA })), 'exists');
  const now = Date.now() + 1000;
  const claim = { planId: 'p1', worker: 'w', now, leaseUntil: now + 1000, limit: 9 };
  assert.equal((await refunds.claimDue(claim)).length, 0, 'nothing is claimed while it is paused');
  assert.equal(sayKind(await resumeCampaign(desk, { ...wish, actor: CARLA })), 'may_not');
  assert.equal(sayKind(await resumeCampaign(desk, { ...wish, actor: BRUNO })), 'changed');
  assert.equal((await refunds.claimDue(claim)).length, 5);
  assert.equal(sayKind(await stopCampaign(desk, { ...wish, actor: CARLA })), 'changed');
  assert.equal(await refunds.cancelDue('p1', 9), 5);
  assert.equal(sayKind(await resumeCampaign(desk, { ...wish, actor: BRUNO })), 'wrong_state');
  const { rows } = await database.admin.query('select action, actor from storno.audit_entry order by entry_id');
  assert.deepEqual(
    rows.map(({ action, actor }) => `${action} ${actor}`),
    ['campaign.started carla', 'campaign.paused carla', 'campaign.resumed bruno', 'campaign.stopped carla'],
  );
});

test('goodwill is given once, and its last day is the ninetieth after the grant, in the market’s zone', async (t) => {
  const { database, desk } = await openDesk(t);
  const wanted = Array.from({ length: 4 }, (_, at) => refundOf(at, 'original_payment'));
  const more = { minutes: 30, goodwillMinor: 500 };
  await seedPlan(database.admin, { planId: 'p1', merchantAccount: 'm', refunds: wanted, ...more });
  const wish = { planId: 'p1', actor: CARLA };
  assert.deepEqual(await grantGoodwill(desk, wish), { ok: true, value: { given: 4, exists: 0, refused: [] } });
  assert.deepEqual(await grantGoodwill(desk, wish), { ok: true, value: { given: 0, exists: 4, refused: [] } });
  const { rows } = await database.admin.query<{ last_day: string; expires_at: Date; minutes: number }>(
    'select last_day, expires_at, minutes from storno.lot',
  );
  assert.equal(rows.length, 4);
  const today = ianaCalendar.localDay(Date.now(), 'Europe/Rome') ?? '';
  const lastDay = new Date(Date.parse(today) + 90 * DAY_MS).toISOString().slice(0, 10);
  assert.equal(rows[0]?.last_day, lastDay);
  assert.equal(rows[0]?.expires_at.getTime(), ianaCalendar.endOfDay(lastDay, 'Europe/Rome'));
  const { rows: booked } = await database.admin.query<{ credited: bigint }>(
    "select sum(amount)::bigint as credited from storno.transfer where kind = 'goodwill'",
  );
  assert.equal(booked[0]?.credited, 2000n);
  const measure = await desk.office.measureGoodwill('p1');
  assert.deepEqual([measure.accounts, measure.granted], [4, 4]);
  assert.ok(measure.lastVisibleAt !== null && measure.approvedAt !== null);
});
