import type { Pool } from 'pg';
import type {
  ApprovedPlan,
  Campaign,
  CampaignOffice,
  PlannedGoodwill,
  PlannedRefund,
} from '../../../flow/ports/campaign.ts';
import { appendAudit } from '../audit.ts';
import { bookOnce, tell, withoutBooked } from '../store/books.ts';
import {
  instantOf,
  instantOrNull,
  inTransaction,
  type Row,
  run,
  runAlone,
  runForOne,
  type Statement,
  timeOf,
} from '../store/sql.ts';
import { changeCampaign } from './campaigns.ts';
import { CAMPAIGN_COLUMNS, campaignOf, refundKeyOf, refundOf } from './rows.ts';

const READ_PLAN: Statement = {
  name: 'read_approved_plan',
  text: `select p.plan_id, p.incident_id, p.digest, p.accounts, p.refunds, d.decision, d.decided_by, d.decided_at,
      d.expires_at
    from storno.remedy_plan as p
    left join storno.plan_decision as d on d.plan_id = p.plan_id and d.digest = p.digest
    where p.plan_id = $1`,
};

const READ_CAMPAIGN: Statement = {
  name: 'read_campaign',
  text: `select ${CAMPAIGN_COLUMNS}
    from storno.campaign as c join storno.remedy_plan as p on p.plan_id = c.plan_id
    where c.plan_id = $1`,
};

const CREATE: Statement = {
  name: 'create_campaign',
  text: `insert into storno.campaign (campaign_id, plan_id, digest, state, reason, canary, per_ten_seconds,
      halt_failures, version, started_by, started_at, changed_by, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $9, $10)
    on conflict (plan_id) do nothing
    returning 1`,
};

const COUNT: Statement = {
  name: 'count_campaign',
  text: `select r.state, r.channel, r.currency, starts_with(r.reason, 'needs customer') and r.state = 'failed' as needs,
      count(*)::int as rows, sum(r.amount_minor)::bigint as minor, max(r.succeeded_at) as last_at
    from storno.refund as r where r.plan_id = $1
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
};

const RECENT: Statement = {
  name: 'count_recent_outcomes',
  text: `select count(*)::int as recent from storno.refund_evidence as e
    where e.plan_id = $1 and e.seen_at >= $2::timestamptz - interval '1 minute' and e.generation > 0
      and e.outcome in ('succeeded', 'failed_final')`,
};

const LIST_PLANNED: Statement = {
  name: 'list_planned_refunds',
  text: `select p.account_id, p.plan_id, p.liability_id, p.channel, p.amount_minor, p.currency, l.provider,
      l.merchant_account, l.payment_id, l.kept_payment_id
    from storno.remedy_plan_refund as p
    join storno.liability as l on l.account_id = p.account_id and l.liability_id = p.liability_id
    where p.plan_id = $1 and ($2::text is null or (p.account_id, p.liability_id) > ($2, $3))
    order by p.account_id, p.liability_id
    limit $4`,
};

const SUM_PLANNED: Statement = {
  name: 'sum_planned_refunds',
  text: `select channel, currency, count(*)::int as refunds, sum(amount_minor)::bigint as minor
    from storno.remedy_plan_refund where plan_id = $1
    group by 1, 2 order by 1, 2`,
};

const LIST_REFUNDS: Statement = {
  name: 'list_refunds',
  text: `select * from storno.refund where plan_id = $1 and state = $2 order by account_id, liability_id limit $3`,
};

const LIST_GOODWILL: Statement = {
  name: 'list_goodwill',
  text: `select a.account_id, a.plan_id, p.incident_id, a.market, m.time_zone, a.minutes, a.goodwill_minor, a.currency,
      a.valid_days
    from storno.remedy_plan_account as a
    join storno.remedy_plan as p on p.plan_id = a.plan_id
    left join storno.market as m on m.market = a.market
    where a.plan_id = $1 and (a.minutes > 0 or a.goodwill_minor > 0) and ($2::text is null or a.account_id > $2)
    order by a.account_id
    limit $3`,
};

const MEASURE: Statement = {
  name: 'measure_goodwill',
  text: `select count(*)::int as accounts, count(t.lot_id)::int as granted, max(t.valid_from) as last_at,
      max(d.decided_at) as approved_at
    from storno.remedy_plan as p
    join storno.remedy_plan_account as a on a.plan_id = p.plan_id and a.minutes > 0
    left join storno.plan_decision as d on d.plan_id = p.plan_id and d.decision = 'approved'
    left join storno.lot as t on t.account_id = a.account_id and t.incident_id = p.incident_id
    where p.plan_id = $1`,
};

/** What a person knows of campaigns, and does with them, in PostgreSQL. */
export function openCampaignOffice(pool: Pool): CampaignOffice {
  return {
    async readPlan(planId) {
      const row = await runForOne(pool, READ_PLAN, [planId]);
      return row === null ? null : planOf(row);
    },
    async readCampaign(planId) {
      const row = await runForOne(pool, READ_CAMPAIGN, [planId]);
      return row === null ? null : campaignOf(row);
    },
    createCampaign: (campaign) => createCampaign(pool, campaign),
    changeCampaign: (change) => changeCampaign(pool, change),
    async countCampaign(planId, now) {
      const rows = await runAlone(pool, COUNT, [planId]);
      const recent = await runForOne(pool, RECENT, [planId, timeOf(now)]);
      const last = Math.max(0, ...rows.map(({ last_at }) => instantOrNull(last_at) ?? 0));
      return {
        counts: rows.map((row) => ({
          state: row.state as string,
          channel: row.channel as string,
          currency: row.currency as string,
          needsCustomer: row.needs as boolean,
          rows: row.rows as number,
          amountMinor: row.minor as bigint,
        })),
        lastSuccessAt: last === 0 ? null : last,
        recent: (recent?.recent as number) ?? 0,
      };
    },
    async listPlanned(planId, after, limit) {
      const values = [planId, after?.accountId ?? null, after?.liabilityId ?? null, limit];
      return (await runAlone(pool, LIST_PLANNED, values)).map(plannedOf);
    },
    async sumPlanned(planId) {
      return (await runAlone(pool, SUM_PLANNED, [planId])).map((row) => ({
        channel: row.channel as string,
        currency: row.currency as string,
        refunds: row.refunds as number,
        minor: row.minor as bigint,
      }));
    },
    listRefunds: async (planId, state, limit) =>
      (await runAlone(pool, LIST_REFUNDS, [planId, state, limit])).map(refundOf),
    listGoodwill: async (planId, after, limit) =>
      (await runAlone(pool, LIST_GOODWILL, [planId, after, limit])).map(goodwillOf),
    grantMoney: ({ transfer, event }) =>
      inTransaction(pool, async (on) => {
        if ((await withoutBooked(on, [transfer])).length === 0) return 'exists';
        await bookOnce(on, [transfer]);
        await tell(on, [event]);
        return 'created';
      }),
    async measureGoodwill(planId) {
      const row = await runForOne(pool, MEASURE, [planId]);
      return {
        accounts: (row?.accounts as number) ?? 0,
        granted: (row?.granted as number) ?? 0,
        approvedAt: instantOrNull(row?.approved_at ?? null),
        lastVisibleAt: instantOrNull(row?.last_at ?? null),
      };
    },
  };
}

type NewCampaign = Omit<Campaign, 'version' | 'changedBy' | 'changedAt'> & { readonly digest: string };

function createCampaign(pool: Pool, campaign: NewCampaign): Promise<'created' | 'exists'> {
  const { campaignId, planId, incidentId, digest, state, reason, canary, perTenSeconds, haltFailures } = campaign;
  const { startedBy, startedAt } = campaign;
  return inTransaction(pool, async (on) => {
    const values = [campaignId, planId, digest, state, reason, canary, perTenSeconds, haltFailures, startedBy];
    if ((await run(on, CREATE, [...values, timeOf(startedAt)])).length === 0) return 'exists';
    const payload = { plan_id: planId, digest, canary, per_ten_seconds: perTenSeconds, halt_failures: haltFailures };
    const subject = campaignId;
    const action = 'campaign.started';
    await appendAudit(on, { accountId: '', incidentId, at: startedAt, actor: startedBy, action, subject, payload });
    const data = { plan_id: planId, campaign_id: campaignId, state };
    await tell(on, [{ type: 'campaign.changed', accountId: '', data, happenedAt: startedAt }]);
    return 'created';
  });
}

function planOf(row: Row): ApprovedPlan {
  return {
    planId: row.plan_id as string,
    incidentId: row.incident_id as string,
    digest: row.digest as string,
    accounts: row.accounts as number,
    refunds: row.refunds as number,
    decision:
      row.decision === null
        ? null
        : {
            decision: row.decision as 'approved' | 'refused',
            decidedBy: row.decided_by as string,
            decidedAt: instantOf(row.decided_at),
            expiresAt: instantOf(row.expires_at),
          },
  };
}

function plannedOf(row: Row): PlannedRefund {
  return {
    key: refundKeyOf(row),
    channel: row.channel as string,
    amountMinor: row.amount_minor as bigint,
    currency: row.currency as string,
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    paymentId: row.payment_id as string,
    keptPaymentId: row.kept_payment_id as string | null,
  };
}

function goodwillOf(row: Row): PlannedGoodwill {
  return {
    accountId: row.account_id as string,
    planId: row.plan_id as string,
    incidentId: row.incident_id as string,
    market: row.market as string,
    timeZone: row.time_zone as string | null,
    minutes: row.minutes as number,
    goodwillMinor: row.goodwill_minor as bigint,
    currency: row.currency as string,
    validDays: row.valid_days as number,
  };
}
