import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedCampaign, seedPlan } from '../campaign/plan.ts';
import { openOutboxHouse } from './outbox-house.ts';

const CHARGE = {
  payment_id: 'stripe:acct_1:ch_1',
  kind: 'charge',
  parent_payment_id: null,
  status: 'succeeded',
  amount: '14.50',
  currency: 'EUR',
  created_at: '2026-01-10T10:00:00Z',
  purpose: 'rental',
};
const RENTAL = {
  rental_id: 'rnt_1',
  vehicle_id: 'EX417KB',
  market: 'milano',
  started_at: '2026-01-10T09:20:00Z',
  ended_at: '2026-01-10T10:00:00Z',
  amount_due: '14.50',
  currency: 'EUR',
};

test('whose bank doubled a charge is told once that the bank repays, and gets nothing from us', async (t) => {
  const house = await openOutboxHouse(t);
  await seedPlan(house.admin, { planId: 'pln_a', merchantAccount: 'acct_1', refunds: [] });
  const evidence = {
    rental: RENTAL,
    other_rental: null,
    wrong: null,
    kept: CHARGE,
    payments: [CHARGE],
    layers: { books: 1, provider: 1, bank: 2 },
  };
  const client = await house.admin.connect();
  await client.query(`begin;
    insert into storno.account (account_id, home_market, locale, recorded_at, changed_at)
      values ('acc_9', 'milano', 'it', '2026-01-01', '2026-01-01');
    insert into storno_pii.person values ('acc_9', 'Giulia Ferri', 'giulia@example.com', '2026-01-01');
    insert into storno.incident (incident_id, title, source, look_back_from, look_back_reason, scope_query, scope_digest,
      findings, accounts, diagnosis, opened_by, opened_at)
      values ('inc_bank', 'Doubled by the bank', 'files', '2026-01-01', 'the oldest export', '{}', repeat('e', 64), 1, 1,
        '[]', 'anna', '2026-01-11');
    insert into storno.incident_finding (account_id, incident_id, finding_id, class, grade, rental_id, provider,
      merchant_account, payment_id, kept_payment_id, amount_minor, refund_due_minor, currency, reason, evidence)
      values ('acc_9', 'inc_bank', 'f_1', 'acquirer_duplicate', 'proven', 'rnt_1', 'stripe', 'acct_1', null, 'ch_1', 1450,
        0, 'EUR', 'posted twice', '${JSON.stringify(evidence)}');
    insert into storno.remedy_plan (plan_id, incident_id, policy_version, digest, basis_digest, accounts, refunds, sums,
      minutes, samples, planned_by, planned_at)
      values ('pln_bank', 'inc_bank', 1, repeat('c', 64), repeat('d', 64), 1, 0, '{}', '{}', 0, 'anna', '2026-01-12');
    insert into storno.remedy_plan_account (account_id, plan_id, market, minutes, goodwill_minor, currency, valid_days,
      letter) values ('acc_9', 'pln_bank', 'milano', 0, 0, 'EUR', 90, 'acquirer');
    insert into storno.plan_decision (plan_id, digest, planned_by, samples, decision, reason, decided_by, decided_at,
      expires_at) values ('pln_bank', repeat('c', 64), 'anna', 0, 'approved', 'as agreed', 'bruno', '2026-01-13',
        '2036-01-01');
    commit`);
  client.release();
  assert.equal(await house.write(), 0, 'not before the plan is carried out');
  await seedCampaign(house.admin, { planId: 'pln_bank', perTenSeconds: 100 });
  assert.equal(await house.write(), 1);
  assert.equal(await house.write(), 0);
  const [letter] = (await house.letters()).filter(({ account_id }) => account_id === 'acc_9');
  assert.equal(letter?.kind, 'acquirer_repays');
  while ((await house.send()) > 0);
  const copies = await house.admin.query("select text_body from storno_pii.letter_copy where account_id = 'acc_9'");
  assert.match(copies.rows[0]?.text_body, /14,50/);
  assert.match(copies.rows[0]?.text_body, /rnt_1/);
});
