import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AMOUNT, openCampaignHouse } from './house.ts';

test('each refund of a plan is sent once, booked once, and the campaign is done', async (t) => {
  const house = await openCampaignHouse(t, {});
  const refunds = await Promise.all(
    Array.from({ length: 12 }, (_, at) => house.chargeTwice(`acc_${at}`, 'pm_card_visa')),
  );
  await house.plan('p1', refunds);
  await house.work(3);
  const rows = await house.rows('p1');
  assert.deepEqual(new Set(rows.map(({ state }) => state)), new Set(['succeeded']));
  const refunded = house.refunded();
  assert.equal(refunded.size, 12);
  for (const { paymentId } of refunds) assert.equal(refunded.get(paymentId), BigInt(AMOUNT));
  const { rows: campaign } = await house.admin.query('select state from storno.campaign');
  assert.equal(campaign[0].state, 'done');
});
