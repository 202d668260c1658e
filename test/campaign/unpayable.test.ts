import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { OPERATOR, seedPlan } from './plan.ts';

let database: TestDatabase;
before(async () => {
  database = await freshDatabase();
  const refunds = [{ accountId: 'acc_1', paymentId: 'ch_1', keptPaymentId: null, amountMinor: 1450 }];
  await seedPlan(database.admin, { planId: 'pln_1', merchantAccount: 'acct_1', refunds });
});
after(() => database.close());

test('what can be paid to nobody stays owed, once, with who decided and why', async () => {
  const store = openRefunds(database.pool('storno_worker'));
  const { rows } = await database.admin.query('select liability_id from storno.liability');
  const liabilityId = rows[0]?.liability_id as string;
  const wish = {
    accountId: 'acc_1',
    liabilityId,
    reason: 'card and account closed',
    by: OPERATOR,
    now: 1_800_000_000_000,
  };
  assert.equal(await store.setUnpayable({ ...wish, liabilityId: 'lia_none' }), 'unknown');
  assert.equal(await store.setUnpayable(wish), 1450n);
  assert.equal(await store.setUnpayable(wish), 'nothing_left');
  const owed = await database.admin.query('select owed_minor, unpayable_minor, refunded_minor from storno.liability');
  assert.deepEqual(owed.rows, [{ owed_minor: 1450n, unpayable_minor: 1450n, refunded_minor: 0n }]);
  const why = await database.admin.query('select reason, decided_by, amount_minor from storno.liability_unpayable');
  assert.deepEqual(why.rows, [{ reason: wish.reason, decided_by: OPERATOR, amount_minor: 1450n }]);
  const log = await database.admin.query(`select payload from storno.audit_entry where action = 'liability.unpayable'`);
  assert.deepEqual(log.rows, [{ payload: { amount_minor: '1450' } }]);
});
