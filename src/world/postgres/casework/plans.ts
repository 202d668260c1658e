import type { Pool } from 'pg';
import type { FindingEvidence } from '../../../core/remedy/incident.ts';
import type { NewCustomer, NewPlan, Plans } from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import {
  arraysOf,
  fromArrays,
  inTransaction,
  namesOf,
  type Queries,
  run,
  runAlone,
  runForOne,
  type Shape,
  type Statement,
  timeOf,
} from '../store/sql.ts';
import {
  ACCOUNT,
  accountOf,
  EXCLUSION,
  exclusionOf,
  PLAN_COLUMNS,
  planOf,
  REFUND,
  readPlanRows,
  refundOf,
  sumsJson,
} from './plan-rows.ts';

type Written = Omit<Plans, 'readBasis' | 'recognize' | 'countElsewhere' | 'decidePlan'>;

const CUSTOMER: Shape<NewCustomer> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['home_market', 'text', ({ homeMarket }) => homeMarket],
  ['locale', 'text', ({ locale }) => locale],
  ['name', 'text', ({ name }) => name],
  ['mail', 'text', ({ mail }) => mail],
];

/** Whoever is known already is left as he is: these lists are of people whom we did not know. */
const PUT_CUSTOMERS: Statement = {
  name: 'put_customers',
  text: `with n as (select * from ${fromArrays(CUSTOMER, 2, 'c')}), born as (
      insert into storno.account (account_id, home_market, locale, recorded_at, changed_at)
      select account_id, home_market, locale, $1::timestamptz, $1::timestamptz from n
      on conflict (account_id) do nothing
      returning account_id
    ), told as (
      insert into storno_pii.person (account_id, name, mail, changed_at)
      select n.account_id, n.name, n.mail, $1::timestamptz from n join born using (account_id)
      on conflict (account_id) do nothing
    )
    select count(*)::int as born from born`,
};

const INSERT_PLAN: Statement = {
  name: 'insert_remedy_plan',
  text: `insert into storno.remedy_plan (plan_id, incident_id, policy_version, digest, basis_digest, accounts, refunds,
      sums, minutes, samples, planned_by, planned_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11, $12)
    on conflict (plan_id) do nothing
    returning plan_id`,
};

const INSERT_ACCOUNTS: Statement = {
  name: 'insert_plan_accounts',
  text: `insert into storno.remedy_plan_account (plan_id, ${namesOf(ACCOUNT)})
    select $1, a.* from ${fromArrays(ACCOUNT, 2, 'a')}`,
};

const INSERT_REFUNDS: Statement = {
  name: 'insert_plan_refunds',
  text: `insert into storno.remedy_plan_refund (plan_id, ${namesOf(REFUND)})
    select $1, r.* from ${fromArrays(REFUND, 2, 'r')}`,
};

const INSERT_EXCLUSIONS: Statement = {
  name: 'insert_plan_exclusions',
  text: `insert into storno.remedy_plan_exclusion (plan_id, ${namesOf(EXCLUSION)})
    select $1, e.* from ${fromArrays(EXCLUSION, 2, 'e')}`,
};

const INSERT_SAMPLES: Statement = {
  name: 'insert_plan_samples',
  text: 'insert into storno.plan_sample (plan_id, account_id) select $1, a.id from unnest($2::text[]) as a (id)',
};

const READ_PLAN: Statement = {
  name: 'read_remedy_plan',
  text: `select ${PLAN_COLUMNS} from storno.remedy_plan as p
    left join storno.plan_decision as d on d.plan_id = p.plan_id
    where p.plan_id = $1`,
};

const LIST_PLANS: Statement = {
  name: 'list_remedy_plans',
  text: `select ${PLAN_COLUMNS} from storno.remedy_plan as p
    left join storno.plan_decision as d on d.plan_id = p.plan_id
    where $1::text is null or p.incident_id = $1
    order by p.planned_at desc, p.plan_id collate "C"`,
};

const READ_SAMPLES: Statement = {
  name: 'read_plan_samples',
  text: `select s.account_id, o.opened_by is not null as is_opened from storno.plan_sample as s
    left join storno.plan_sample_opened as o on o.account_id = s.account_id and o.plan_id = s.plan_id
      and o.opened_by = $2
    where s.plan_id = $1
    order by s.account_id collate "C"`,
};

const OPEN_SAMPLE: Statement = {
  name: 'open_plan_sample',
  text: `insert into storno.plan_sample_opened (account_id, plan_id, opened_by, opened_at)
    select s.account_id, s.plan_id, $3, $4::timestamptz from storno.plan_sample as s
    where s.account_id = $1 and s.plan_id = $2
    on conflict do nothing
    returning account_id`,
};

const IS_SAMPLE: Statement = {
  name: 'is_plan_sample',
  text: 'select 1 as found from storno.plan_sample where account_id = $1 and plan_id = $2',
};

const PREVIEW_ACCOUNT: Statement = {
  name: 'preview_plan_account',
  text: `select ${namesOf(ACCOUNT)} from storno.remedy_plan_account where account_id = $1 and plan_id = $2`,
};

const PREVIEW_REFUNDS: Statement = {
  name: 'preview_plan_refunds',
  text: `select ${namesOf(REFUND, 'r.')}, l.finding_id, l.payment_id, l.kind, f.reason, f.evidence
    from storno.remedy_plan_refund as r
    join storno.liability as l on l.account_id = r.account_id and l.liability_id = r.liability_id
    join storno.incident_finding as f on f.account_id = l.account_id and f.incident_id = l.incident_id
      and f.finding_id = l.finding_id
    where r.account_id = $1 and r.plan_id = $2
    order by l.payment_id collate "C", l.kind`,
};

const PREVIEW_EXCLUSIONS: Statement = {
  name: 'preview_plan_exclusions',
  text: `select ${namesOf(EXCLUSION)} from storno.remedy_plan_exclusion
    where account_id = $1 and plan_id = $2 order by finding_id collate "C"`,
};

const CHUNK = 10_000;

export function openPlans(pool: Pool): Written {
  return {
    putCustomers: (customers, now) =>
      inTransaction(pool, async (on) => {
        let born = 0;
        for (let from = 0; from < customers.length; from += CHUNK) {
          const values = arraysOf(CUSTOMER, customers.slice(from, from + CHUNK));
          born += (await run(on, PUT_CUSTOMERS, [timeOf(now), ...values]))[0]?.born as number;
        }
        return born;
      }),
    writePlan: (plan) => inTransaction(pool, (on) => writePlan(on, plan)),
    async readPlan(planId) {
      const row = await runForOne(pool, READ_PLAN, [planId]);
      return row === null ? null : planOf(row);
    },
    readPlanRows: (planId) => inTransaction(pool, (on) => readPlanRows(on, planId)),
    async listPlans(incidentId) {
      return (await runAlone(pool, LIST_PLANS, [incidentId])).map(planOf);
    },
    async readSamples(planId, staffId) {
      const rows = await runAlone(pool, READ_SAMPLES, [planId, staffId]);
      return rows.map((row) => ({ accountId: row.account_id as string, isOpened: row.is_opened as boolean }));
    },
    readPreview: (planId, accountId) =>
      inTransaction(pool, async (on) => {
        const [account] = await run(on, PREVIEW_ACCOUNT, [accountId, planId]);
        if (account === undefined) return null;
        const refunds = await run(on, PREVIEW_REFUNDS, [accountId, planId]);
        return {
          account: accountOf(account),
          refunds: refunds.map((row) => ({
            ...refundOf(row),
            findingId: row.finding_id as string,
            paymentId: row.payment_id as string,
            kind: row.kind as 'principal' | 'time_value',
            reason: row.reason as string,
            evidence: row.evidence as FindingEvidence,
          })),
          exclusions: (await run(on, PREVIEW_EXCLUSIONS, [accountId, planId])).map(exclusionOf),
        };
      }),
    openSample: ({ planId, accountId, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        if ((await run(on, OPEN_SAMPLE, [accountId, planId, by, timeOf(at)])).length === 0) {
          return (await run(on, IS_SAMPLE, [accountId, planId])).length === 0 ? 'no_sample' : 'exists';
        }
        const [plan] = await run(on, READ_PLAN, [planId]);
        const incidentId = plan?.incident_id as string;
        const entry = { accountId, incidentId, at, actor: by, subject: planId, payload: {} };
        await appendAudit(on, { ...entry, action: 'plan.sample_opened' });
        return 'created';
      }),
  };
}

/** All in one transaction: rows that come later are refused by the database. */
async function writePlan(on: Queries, plan: NewPlan): Promise<'created' | 'exists'> {
  const { planId, incidentId, signature } = plan;
  const head = [
    planId,
    incidentId,
    plan.policyVersion,
    plan.digest,
    plan.basisDigest,
    plan.accounts.length,
    plan.refunds.length,
    sumsJson(plan.sums),
    JSON.stringify(plan.minutes),
    plan.sampled.length,
    signature.by,
    timeOf(signature.at),
  ];
  if ((await run(on, INSERT_PLAN, head)).length === 0) return 'exists';
  await insert(on, INSERT_ACCOUNTS, planId, { shape: ACCOUNT, rows: plan.accounts });
  await insert(on, INSERT_REFUNDS, planId, { shape: REFUND, rows: plan.refunds });
  await insert(on, INSERT_EXCLUSIONS, planId, { shape: EXCLUSION, rows: plan.exclusions });
  await run(on, INSERT_SAMPLES, [planId, plan.sampled]);
  await appendAudit(on, {
    accountId: '',
    incidentId,
    at: signature.at,
    actor: signature.by,
    action: 'plan.created',
    subject: planId,
    payload: {
      digest: plan.digest,
      basis_digest: plan.basisDigest,
      policy_version: plan.policyVersion,
      accounts: plan.accounts.length,
      refunds: plan.refunds.length,
      sums: Object.fromEntries(Object.entries(plan.sums).map(([currency, sum]) => [currency, String(sum)])),
    },
  });
  return 'created';
}

async function insert<R>(
  on: Queries,
  statement: Statement,
  planId: string,
  { shape, rows }: { readonly shape: Shape<R>; readonly rows: readonly R[] },
): Promise<void> {
  for (let from = 0; from < rows.length; from += CHUNK) {
    await run(on, statement, [planId, ...arraysOf(shape, rows.slice(from, from + CHUNK))]);
  }
}
