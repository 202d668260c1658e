/** From a scan of files to a plan that another person approved, on PostgreSQL. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { money } from '../../src/core/kernel/money.ts';
import { EXCLUSIONS } from '../../src/core/remedy/plan/barrier.ts';
import { makeScenario } from '../../src/core/scenario/scenario.ts';
import { closeIncident } from '../../src/flow/remedy/close-incident.ts';
import { approvePlan, openPlanSample, refusePlan } from '../../src/flow/remedy/decide-plan.ts';
import { makePlan } from '../../src/flow/remedy/make-plan.ts';
import { readGroups, reviewFindings } from '../../src/flow/remedy/review-findings.ts';
import { CHECK_VIOLATION, sqlState, UNIQUE_VIOLATION } from '../../src/world/postgres/errors.ts';
import { type House, NOON, openFrom, openHouse, person } from './house.ts';

const NOTHING = { digest: null, refunds: null, sums: null };
const REFUSED_STEP = '23000';
/** A thousand; STORNO_HISTORIES makes it another number. */
const HISTORIES = Number(process.env.STORNO_HISTORIES ?? '1000');

const scenario = makeScenario({ cause: 'C08', accounts: 150, seed: 3 });

describe('an incident of double charges', () => {
  let house: House;
  let incidentId: string;
  let planId: string;
  before(async () => {
    house = await openHouse();
    const opened = await openFrom(house, scenario);
    assert.ok(opened.ok, JSON.stringify(opened));
    incidentId = opened.value.incident.incidentId;
    const accountIds = new Set(scenario.facts.rentals.map(({ accountId }) => accountId));
    const customers = [...accountIds]
      .filter((accountId) => accountId !== null)
      .map((accountId) => ({ accountId, homeMarket: 'Milano', locale: 'it', name: null, mail: null }));
    assert.equal(await house.casework.putCustomers(customers, NOON), customers.length);
    assert.equal(await house.casework.putCustomers(customers, NOON), 0);
  });
  after(() => house.database.close());

  async function openSamples(): Promise<void> {
    for (const { accountId } of await house.casework.readSamples(planId, 'bruno')) {
      await openPlanSample(house.world, { planId, accountId, actor: house.bruno });
    }
  }

  const approve = (actor = house.bruno, expected: Parameters<typeof approvePlan>[1]['expected'] = NOTHING) =>
    approvePlan(house.world, { planId, reason: 'sums agree', actor, expected });

  test('is the same one when it is opened again', async () => {
    const again = await openFrom(house, scenario);
    assert.ok(again.ok && again.value.kind === 'exists' && again.value.incident.incidentId === incidentId);
  });

  test('has a sample from before, after and elsewhere that is nobody in its scope', async () => {
    const { sample } = await house.casework.readCaseFile(incidentId);
    const affected = new Set((await house.casework.readFindings(incidentId)).map(({ rentalId }) => rentalId));
    assert.ok(sample.length > 0 && sample.every(({ rentalId }) => !affected.has(rentalId)));
  });

  test('is planned as it was found: what is proven, to the cent, and again without a change', async () => {
    const made = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(made.ok);
    planId = made.value.plan.planId;
    const proven = scenario.truth.findings.filter(({ grade }) => grade === 'proven');
    const due = proven.reduce((sum, { refundDue }) => sum + refundDue.amountMinor, 0n);
    assert.deepEqual([made.value.plan.refunds, made.value.plan.sums], [proven.length, { EUR: due }]);
    const again = await makePlan(house.world, { incidentId, actor: house.bruno });
    assert.ok(again.ok && again.value.kind === 'exists' && again.value.plan.planId === planId);
  });

  test('is booked as owed, once', async () => {
    const { rows } = await house.database.admin.query<{ owed: bigint; booked: bigint }>(
      `select (select sum(owed_minor) from storno.liability)::bigint as owed,
        (select sum(amount) from storno.transfer where kind = 'liability_recognized'
          and debit = 'house_wrongly_charged' and credit = 'account_payable')::bigint as booked`,
    );
    assert.ok((rows[0]?.owed ?? 0n) > 0n);
    assert.equal(rows[0]?.owed, rows[0]?.booked);
  });

  test('is not approved by whoever planned it, nor by whoever may not, is gone, gets something or has not looked', async () => {
    const [account] = (await house.casework.readPlanRows(planId)).accounts;
    const boss = person('boss', ['operator', 'approver']);
    const victim = person('victim', ['approver'], account?.accountId ?? null);
    const gone = person('gone', ['approver']);
    for (const one of [boss, victim, gone]) await house.casework.putStaff(one);
    await house.casework.disableStaff('gone', { by: 'admin', at: NOON });
    const kindOf = async (actor: typeof boss) => {
      const decided = await approve(actor);
      return decided.ok ? 'approved' : decided.error.kind;
    };
    assert.equal(await kindOf(house.anna), 'may_not');
    assert.equal(await kindOf(gone), 'may_not');
    assert.equal(await kindOf(victim), 'beneficiary');
    assert.equal(await kindOf(house.bruno), 'samples_not_opened');
    await house.database.admin.query("update storno.staff set roles = '{operator,approver}' where staff_id = 'anna'");
    assert.equal(await kindOf(house.anna), 'same_person');
    await house.database.admin.query("update storno.staff set roles = '{operator}' where staff_id = 'anna'");
  });

  test('the database refuses the same by itself, whoever asks', async () => {
    const decide = (parts: Record<string, string>) => {
      const { by, digest, planned, role } = {
        by: 'bruno',
        digest: 'p.digest',
        planned: 'p.planned_by',
        role: 'storno_api',
        ...parts,
      };
      return codeOf(
        role,
        `insert into storno.plan_decision (plan_id, digest, planned_by, samples, decision, reason, decided_by, decided_at, expires_at)
        select p.plan_id, ${digest}, ${planned}, p.samples, 'approved', 'x', '${by}', '2014-11-18', '2014-11-19'
        from storno.remedy_plan as p where p.plan_id = '${planId}'`,
      );
    };
    assert.equal(await decide({ by: 'anna' }), REFUSED_STEP, 'she is no approver');
    await house.database.admin.query("update storno.staff set roles = '{operator,approver}' where staff_id = 'anna'");
    assert.equal(await decide({ by: 'anna' }), REFUSED_STEP, 'she opened no sample');
    for (const { accountId } of await house.casework.readSamples(planId, 'anna')) {
      await house.casework.openSample({ planId, accountId, signature: { by: 'anna', at: NOON } });
    }
    assert.equal(await decide({ by: 'anna' }), CHECK_VIOLATION, 'she planned it');
    assert.equal(await decide({ by: 'anna', planned: "'bruno'" }), FOREIGN_KEY, 'nor did anybody else');
    await house.database.admin.query("update storno.staff set roles = '{operator}' where staff_id = 'anna'");
    assert.equal(await decide({ by: 'gone' }), REFUSED_STEP);
    assert.equal(await decide({ by: 'victim' }), REFUSED_STEP);
    assert.equal(await decide({ by: 'bruno' }), REFUSED_STEP, 'he has opened no sample');
    assert.equal(await decide({ by: 'nobody' }), REFUSED_STEP);
    for (const role of ['storno_worker', 'storno_auditor', 'storno_support']) {
      assert.equal(await decide({ role }), '42501', role);
    }
    await openSamples();
    assert.equal(await decide({ digest: "repeat('0', 64)" }), FOREIGN_KEY, 'another digest');
    const late = `insert into storno.remedy_plan_exclusion
      select account_id, plan_id, 'fnd_late', 1, 'EUR', 'late' from storno.remedy_plan_account limit 1`;
    assert.equal(await codeOf('storno_api', late), REFUSED_STEP);
    assert.equal(await house.casework.readPlan(planId).then((plan) => plan?.decision), null);
  });

  test('is not approved where count, sum or digest are not those that the person expects', async () => {
    const kinds = [];
    for (const expected of [
      { ...NOTHING, refunds: 1 },
      { ...NOTHING, sums: { EUR: 1n } },
      { ...NOTHING, digest: '0'.repeat(64) },
    ]) {
      const decided = await approve(house.bruno, expected);
      kinds.push(decided.ok ? 'approved' : decided.error.kind);
    }
    assert.deepEqual(kinds, ['count_differs', 'total_differs', 'digest_differs']);
  });

  test('is stale after a review, and another plan takes its place', async () => {
    const groups = await readGroups(house.world, incidentId);
    const finding = groups[0]?.findings[0];
    assert.ok(finding);
    const review = { incidentId, target: finding.findingId, reason: 'seen', actor: house.anna };
    const rejected = await reviewFindings(house.world, { ...review, verdict: 'rejected' });
    assert.deepEqual(rejected, { ok: true, value: { findings: 1, written: 1 } });
    assert.deepEqual(await approve(), { ok: false, error: { kind: 'stale' } });
    const other = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(other.ok && other.value.kind === 'created' && other.value.plan.planId !== planId);
    assert.deepEqual(await reviewFindings(house.world, { ...review, verdict: 'rejected' }), {
      ok: true,
      value: { findings: 1, written: 0 },
    });
    await reviewFindings(house.world, { ...review, verdict: 'accepted' });
    const back = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(back.ok);
    planId = back.value.plan.planId;
  });

  test('counts what came back elsewhere, and pays the rest', async () => {
    const { refunds } = await house.casework.readPlanRows(planId);
    const [refund] = refunds;
    assert.ok(refund);
    await house.database.admin.query(
      `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, parent_payment_id, status,
        amount_minor, currency, created_at, first_seen_at, last_seen_at)
      select '', provider, merchant_account, 're_by_hand', 'refund', payment_id, 'succeeded', 1, currency, '2014-11-18',
        '2014-11-18', '2014-11-18'
      from storno.liability where liability_id = $1`,
      [refund.liabilityId],
    );
    const made = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(made.ok && made.value.kind === 'created');
    planId = made.value.plan.planId;
    const rows = await house.casework.readPlanRows(planId);
    const rest = rows.refunds.find(({ liabilityId }) => liabilityId === refund.liabilityId);
    assert.equal(rest?.amountMinor, refund.amountMinor - 1n);
  });

  test('does not give back a charge of which the kept one was given back, and waits for a dispute', async () => {
    const { refunds } = await house.casework.readPlanRows(planId);
    const [, kept, disputed] = refunds;
    const move = (liabilityId: string | undefined, column: string, values: string) =>
      house.database.admin.query(
        `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, parent_payment_id,
          status, amount_minor, currency, created_at, first_seen_at, last_seen_at)
        select account_id, provider, merchant_account, ${values.replace('$PARENT', column)}, owed_minor, currency,
          '2014-11-18', '2014-11-18', '2014-11-18'
        from storno.liability where liability_id = $1`,
        [liabilityId],
      );
    await move(kept?.liabilityId, 'kept_payment_id', "'re_kept', 'refund', $PARENT, 'succeeded'");
    await move(disputed?.liabilityId, 'payment_id', "'dp_1', 'chargeback', $PARENT, 'pending'");
    const made = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(made.ok && made.value.kind === 'created');
    planId = made.value.plan.planId;
    const reasons = (await house.casework.readPlanRows(planId)).exclusions.map(({ reason }) => reason);
    assert.ok(reasons.includes(EXCLUSIONS.kept_gone) && reasons.includes(EXCLUSIONS.disputed));
    assert.equal(made.value.plan.refunds, refunds.length - 2);
  });

  test('is approved by another person who looked, once, and nothing is added afterwards', async () => {
    await openSamples();
    assert.equal((await approve()).ok, true);
    assert.deepEqual(await approve(), { ok: false, error: { kind: 'already_decided', decision: 'approved' } });
    const refused = await refusePlan(house.world, { planId, reason: 'no', actor: house.bruno });
    assert.deepEqual(refused, { ok: false, error: { kind: 'already_decided', decision: 'approved' } });
    const again = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.ok(again.ok && again.value.kind === 'exists' && again.value.plan.decision?.decision === 'approved');
    const twice = `insert into storno.plan_decision select * from storno.plan_decision`;
    assert.equal(await codeOf('storno_api', twice), UNIQUE_VIOLATION);
  });

  test('is owed once, whatever other incident finds it', async () => {
    const sql = `insert into storno.liability select account_id, 'lia_twice', incident_id, finding_id, kind, provider,
      merchant_account, payment_id, kept_payment_id, rental_id, owed_minor, currency, 0, 0, 0, 0, 0, 0, 1, recorded_at
      from storno.liability limit 1`;
    assert.equal(await codeOf('storno_api', sql), UNIQUE_VIOLATION);
    // The same files without one customer's complaint are another scope: here, an incident of a part of them.
    const payments = scenario.facts.payments.filter(
      ({ rentalId }) => rentalId !== scenario.truth.findings[0]?.rentalId,
    );
    const part = { ...scenario, facts: { ...scenario.facts, payments } };
    const opened = await openFrom(house, part);
    assert.ok(opened.ok && opened.value.kind === 'created', JSON.stringify(opened));
    const second = await makePlan(house.world, { incidentId: opened.value.incident.incidentId, actor: house.anna });
    assert.ok(!second.ok && second.error.kind === 'nothing_to_do');
    const reasons = new Set(second.error.exclusions.map(({ reason }) => reason));
    assert.ok(reasons.has(`${EXCLUSIONS.owed_by_another} ${incidentId}`), [...reasons].join());
  });

  test('does not close before all is done, and says what is missing', async () => {
    const closed = await closeIncident(house.world, { incidentId, actor: house.anna, countUnexplained: async () => 0 });
    assert.ok(!closed.ok && closed.error.kind === 'not_ready');
    const kinds = new Set(closed.error.missing.map(({ kind }) => kind));
    for (const kind of ['plan_not_begun', 'sample_not_looked_at', 'prevention_without_owner'] as const) {
      assert.ok(kinds.has(kind), kind);
    }
  });

  test('closes when all is done, with what remains unpaid, and again without a change', async () => {
    const signature = { by: 'anna', at: NOON };
    const { sample, preventions } = await house.casework.readCaseFile(incidentId);
    for (const { accountId, rentalId } of sample) {
      const look = { incidentId, accountId, rentalId, verdict: 'clean' as const, note: '', signature };
      assert.equal(await house.casework.lookOutside(look), 'created');
      assert.equal(await house.casework.lookOutside(look), 'exists');
    }
    for (const { measure } of preventions) {
      const prevention = { measure, owner: 'billing', test: 'charge.test.ts', state: 'done' as const };
      assert.equal(await house.casework.recordPrevention(incidentId, prevention, signature), 'created');
      assert.equal(await house.casework.recordPrevention(incidentId, prevention, signature), 'exists');
    }
    for (const { name, findings } of await readGroups(house.world, incidentId)) {
      if (findings[0]?.grade !== 'probable') continue;
      const review = { incidentId, target: name, reason: 'a second fee', actor: house.anna };
      await reviewFindings(house.world, { ...review, verdict: 'rejected' });
    }
    // The plan lapses: what it would have paid remains.
    house.world.at = NOON + 4 * 86_400_000;
    const closed = await closeIncident(house.world, { incidentId, actor: house.anna, countUnexplained: async () => 0 });
    assert.ok(closed.ok, inspect(closed));
    assert.ok((closed.value.remains[0]?.owed ?? money(0n, 'EUR')).amountMinor > 0n);
    const again = await closeIncident(house.world, { incidentId, actor: house.anna, countUnexplained: async () => 0 });
    assert.ok(again.ok && again.value.kind === 'exists');
    const planned = await makePlan(house.world, { incidentId, actor: house.anna });
    assert.deepEqual(planned, { ok: false, error: { kind: 'incident_closed' } });
    house.world.at = NOON;
  });

  test('every step stands in the audit log', async () => {
    const { rows } = await house.database.admin.query<{ action: string }>(
      'select distinct action from storno.audit_entry where incident_id = $1 order by 1',
      [incidentId],
    );
    const actions = rows.map(({ action }) => action);
    for (const action of ['finding.reviewed', 'incident.closed', 'incident.opened', 'plan.approved', 'plan.created']) {
      assert.ok(actions.includes(action), action);
    }
  });

  test(`in ${HISTORIES} histories of decisions no plan is ever approved by whoever planned it`, async () => {
    const seed = Number(process.env.STORNO_SEED ?? '1');
    const refused = await decideAtRandom(house, { planId, seed });
    const { rows } = await house.database.admin.query<{ wrong: number; approved: number }>(
      `select count(*) filter (where decided_by = planned_by or not exists (
          select from storno.staff s where s.staff_id = decided_by and 'approver' = any (s.roles)
        ) or samples > (
          select count(*) from storno.plan_sample_opened o where o.plan_id = d.plan_id and o.opened_by = d.decided_by
        ))::int as wrong, count(*)::int as approved
      from storno.plan_decision d where decision = 'approved'`,
    );
    assert.equal(rows[0]?.wrong, 0, `STORNO_SEED=${seed}`);
    assert.ok(
      (rows[0]?.approved ?? 0) > HISTORIES / 50,
      `only ${rows[0]?.approved} were approved, ${refused} steps refused`,
    );
  });

  async function codeOf(role: string, sql: string): Promise<string | null> {
    return house.database
      .pool(role as 'storno_api')
      .query(sql)
      .then(
        () => null,
        (error: unknown) => sqlState(error) ?? String(error),
      );
  }
});

const FOREIGN_KEY = '23503';

/**
 * Plans of one account each, decided by anybody after opening anything: raw rows of the role that may write them, past
 * the program. Many histories travel as one block; what the database refuses is passed over. Answers how often.
 */
async function decideAtRandom(
  house: House,
  { planId, seed }: { readonly planId: string; readonly seed: number },
): Promise<number> {
  let state = seed;
  const pick = <T>(choices: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return choices[(state >>> 16) % choices.length] as T;
  };
  const staff = ['anna', 'bruno', 'bruno', 'boss', 'boss', 'gone', 'victim', 'admin'];
  const stepOf = (id: string, planner: string): string => {
    const who = pick(staff);
    const asIf = pick([planner, planner, 'bruno']);
    const decision = pick(['approved', 'approved', 'refused']);
    return pick([
      `insert into storno.plan_sample_opened select account_id, plan_id, '${who}', now() from storno.plan_sample
       where plan_id = '${id}';`,
      `insert into storno.plan_decision select plan_id, digest, '${asIf}', samples, '${decision}', 'x', '${who}', now(),
       now() + interval '1 day' from storno.remedy_plan where plan_id = '${id}';`,
    ]);
  };
  const historyOf = (id: string): string => {
    const planner = pick(['anna', 'bruno', 'boss']);
    const steps = [1, 2, 3, 4, 5, 6].map(
      () => `begin ${stepOf(id, planner)} exception when others then refused := refused + 1; end;`,
    );
    return `insert into storno.remedy_plan
      select '${id}', incident_id, policy_version, digest, basis_digest, 1, 0, '{}', '{}', 1, '${planner}', planned_at
      from storno.remedy_plan where plan_id = '${planId}';
      insert into storno.remedy_plan_account values (account, '${id}', 'milano', 30, 0, 'EUR', 90, 'refund');
      insert into storno.plan_sample values (account, '${id}');
      ${steps.join(' ')}`;
  };
  let refused = 0;
  for (let from = 0; from < HISTORIES; from += TOGETHER) {
    const histories = Array.from(
      { length: Math.min(TOGETHER, HISTORIES - from) },
      (_, at) => `pln_random_${from + at}`,
    );
    const notices: number[] = [];
    const client = await house.database.pool('storno_api').connect();
    const hear = ({ message }: { message?: string | undefined }) => void notices.push(Number(message));
    client.on('notice', hear);
    await client.query(`do $$ declare refused int := 0;
      account text := (select account_id from storno.remedy_plan_account where plan_id = '${planId}' limit 1);
      begin ${histories.map(historyOf).join('\n')} raise notice '%', refused; end $$`);
    client.off('notice', hear);
    client.release();
    refused += notices.reduce((sum, count) => sum + count, 0);
  }
  return refused;
}

const TOGETHER = 50;
