import type { Pool } from 'pg';
import { assert } from '../../../core/kernel/assert.ts';
import { DAY_MS, dayOf } from '../../../core/kernel/time.ts';
import type { Amounts } from '../../../core/remedy/remedy-policy.ts';
import type { PlanStanding, Plans } from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import { inTransaction, type Queries, run, type Statement, timeOf } from '../store/sql.ts';
import { readBasis } from './basis.ts';
import { policyOf, READ_POLICY, READ_STAFF, staffOf } from './governing.ts';
import { amountsOf, PLAN_COLUMNS, planOf, readPlanRows } from './plan-rows.ts';

/** One decision at a time over all plans: caps for a day count what was approved before. Any number serves. */
const LOCK: Statement = { name: 'lock_decisions', text: 'select pg_advisory_xact_lock(8243112030)' };

const READ_PLAN: Statement = {
  name: 'read_plan_to_decide',
  text: `select ${PLAN_COLUMNS} from storno.remedy_plan as p
    left join storno.plan_decision as d on d.plan_id = p.plan_id
    where p.plan_id = $1`,
};

const READ_OPENED: Statement = {
  name: 'read_opened',
  text: `select
      (select count(*)::int from storno.plan_sample_opened where plan_id = $1 and opened_by = $2) as opened,
      exists (
        select from storno.remedy_plan_account as a
        join storno.staff as s on s.account_id = a.account_id
        where a.plan_id = $1 and s.staff_id = $2
      ) as is_beneficiary`,
};

/** By the day of UTC. */
const READ_APPROVED: Statement = {
  name: 'read_approved_on',
  text: `select p.sums from storno.plan_decision as d
    join storno.remedy_plan as p on p.plan_id = d.plan_id
    where d.decision = 'approved' and d.decided_at >= $1 and d.decided_at < $2`,
};

const DECIDE: Statement = {
  name: 'decide_plan',
  text: `insert into storno.plan_decision
      (plan_id, digest, planned_by, samples, decision, reason, decided_by, decided_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

export function openDecisions(pool: Pool): Pick<Plans, 'decidePlan'> {
  return {
    decidePlan: ({ planId, staffId, now, judge }) =>
      inTransaction(pool, async (on) => {
        await run(on, LOCK, []);
        const standing = await readStanding(on, { planId, staffId, now });
        if (standing === null) return 'unknown';
        const decision = judge(standing);
        if (decision === null) return 'not_written';
        const { plan } = standing;
        await run(on, DECIDE, [
          planId,
          plan.digest,
          plan.plannedBy,
          plan.samples,
          decision.decision,
          decision.reason,
          staffId,
          timeOf(now),
          timeOf(decision.expiresAt),
        ]);
        const payload = { digest: plan.digest, expires_at: timeOf(decision.expiresAt) };
        const entry = { accountId: '', incidentId: plan.incidentId, at: now, actor: staffId, subject: planId, payload };
        await appendAudit(on, { ...entry, action: `plan.${decision.decision}` });
        return 'written';
      }),
  };
}

async function readStanding(
  on: Queries,
  { planId, staffId, now }: { readonly planId: string; readonly staffId: string; readonly now: number },
): Promise<PlanStanding | null> {
  const [row] = await run(on, READ_PLAN, [planId]);
  if (row === undefined) return null;
  const plan = planOf(row);
  const [decider] = await run(on, READ_STAFF, [staffId]);
  const [policy] = await run(on, READ_POLICY, [plan.policyVersion]);
  const [opened] = await run(on, READ_OPENED, [planId, staffId]);
  assert(decider !== undefined && policy !== undefined, `${planId}: who decides, and its policy, stand in keys`);
  const day = dayOf(now);
  const approved = await run(on, READ_APPROVED, [timeOf(day), timeOf(day + DAY_MS)]);
  return {
    plan,
    rows: await readPlanRows(on, planId),
    basis: await readBasis(on, plan.incidentId),
    policy: policyOf(policy),
    decider: staffOf(decider),
    samplesOpened: opened?.opened as number,
    isBeneficiary: opened?.is_beneficiary as boolean,
    approvedToday: approved.map(({ sums }) => amountsOf(sums)).reduce(added, {}),
  };
}

function added(one: Amounts, other: Amounts): Amounts {
  const currencies = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...currencies].map((currency) => [currency, (one[currency] ?? 0n) + (other[currency] ?? 0n)]),
  );
}
