import type { Pool } from 'pg';
import type { RefundChange } from '../../../core/remedy/refund.ts';
import type { CampaignChange, RefundStore } from '../../../flow/ports/campaign.ts';
import { appendAudit } from '../audit.ts';
import { tell } from '../store/books.ts';
import {
  inTransaction,
  type Queries,
  type Row,
  run,
  runAlone,
  runForOne,
  type Statement,
  timeOf,
} from '../store/sql.ts';
import { CAMPAIGN_COLUMNS, campaignOf } from './rows.ts';

type Campaigns = Omit<
  RefundStore,
  'setUnpayable' | 'claimDue' | 'claimOpen' | 'readRefund' | 'applyRefunds' | 'takeSlots' | 'readCursor'
>;

const READ_CAMPAIGNS: Statement = {
  name: 'read_campaigns',
  text: `select ${CAMPAIGN_COLUMNS}
    from storno.campaign as c
    join storno.remedy_plan as p on p.plan_id = c.plan_id
    where c.state = 'running' or (c.state = 'stopped' and exists (
      select from storno.refund as r where r.plan_id = c.plan_id and r.state = 'due'
    ))
    order by c.started_at, c.campaign_id collate "C"`,
};

/** Where another plan has an open refund of the liability, its row is not taken over: nothing is paid twice. */
const FILL: Statement = {
  name: 'fill_campaign',
  text: `insert into storno.refund (account_id, plan_id, liability_id, channel, amount_minor, currency, provider,
      merchant_account, payment_id, state, reason, run_at, version, recorded_at)
    select p.account_id, p.plan_id, p.liability_id, p.channel, p.amount_minor, p.currency, l.provider,
      l.merchant_account, l.payment_id, 'due', '', $3, 1, $3
    from storno.remedy_plan_refund as p
    join storno.liability as l on l.account_id = p.account_id and l.liability_id = p.liability_id
    where p.plan_id = $1 and not exists (
      select from storno.refund as r
      where r.account_id = p.account_id and r.plan_id = p.plan_id and r.liability_id = p.liability_id
    ) and not exists (
      select from storno.refund as o
      where o.account_id = p.account_id and o.liability_id = p.liability_id
        and o.state in ('due', 'in_flight', 'pending', 'quarantined')
    )
    order by p.account_id, p.liability_id
    limit $2
    on conflict do nothing
    returning 1`,
};

const LAST_FAILURES: Statement = {
  name: 'count_last_failures',
  text: `select count(*) filter (where outcome = 'failed_final')::int as failures
    from (
      select e.outcome from storno.refund_evidence as e
      where e.plan_id = $1 and e.generation > 0 and e.outcome in ('succeeded', 'failed_final')
        and e.code is distinct from 'absent'
      order by e.seen_at desc
      limit 100
    ) as last`,
};

const IS_OVER: Statement = {
  name: 'is_campaign_over',
  text: `select case
      when exists (
        select from storno.refund as r
        where r.plan_id = $1 and r.state in ('due', 'in_flight', 'pending', 'quarantined')
      ) then false
      else not exists (
        select from storno.remedy_plan_refund as p
        where p.plan_id = $1 and not exists (
          select from storno.refund as r
          where r.account_id = p.account_id and r.plan_id = p.plan_id and r.liability_id = p.liability_id
        )
      )
    end as is_over`,
};

const CANCEL: Statement = {
  name: 'cancel_refunds',
  text: `with picked as (
      select r.account_id, r.plan_id, r.liability_id
      from storno.refund as r
      join storno.campaign as c on c.plan_id = r.plan_id and c.state = 'stopped'
      where r.plan_id = $1 and r.state in ('due', 'quarantined') and not exists (
        select from storno.refund_attempt as a
        where a.account_id = r.account_id and a.plan_id = r.plan_id and a.liability_id = r.liability_id
          and a.state <> 'failed_final'
      )
      limit $2
      for update of r skip locked
    )
    update storno.refund as r
    set state = 'canceled', run_at = null, version = r.version + 1, lease_owner = null, lease_until = null,
      reason = case r.reason when '' then 'the campaign was stopped' else r.reason end
    from picked as p
    where r.account_id = p.account_id and r.plan_id = p.plan_id and r.liability_id = p.liability_id
    returning 1`,
};

export function openCampaigns(pool: Pool): Campaigns {
  return {
    readCampaigns: async () => (await runAlone(pool, READ_CAMPAIGNS, [])).map(campaignOf),
    fillCampaign: async (planId, limit, now) => (await runAlone(pool, FILL, [planId, limit, timeOf(now)])).length,
    countLastFailures: async (planId) => ((await runForOne(pool, LAST_FAILURES, [planId]))?.failures as number) ?? 0,
    changeCampaign: (change) => changeCampaign(pool, change),
    isCampaignOver: async (planId) => (await runForOne(pool, IS_OVER, [planId]))?.is_over === true,
    cancelDue: async (planId, limit) => (await runAlone(pool, CANCEL, [planId, limit])).length,
  };
}

const CHANGE: Statement = {
  name: 'change_campaign',
  text: `update storno.campaign as c
    set state = $4, reason = $5, canary = case when $6 then $7::int else c.canary end, version = c.version + 1,
      changed_by = $8, changed_at = $9
    from storno.remedy_plan as p
    where p.plan_id = c.plan_id and c.plan_id = $1 and c.version = $2 and c.state = any($3::text[])
    returning c.campaign_id, p.incident_id, c.state`,
};

/** With its entry in the audit log, in one transaction. */
export function changeCampaign(pool: Pool, change: CampaignChange): Promise<'applied' | 'stale'> {
  const { planId, version, from, state, reason, canary, by, now } = change;
  return inTransaction(pool, async (on) => {
    const values = [planId, version, [...from], state, reason, canary !== undefined, canary ?? null, by, timeOf(now)];
    const [row] = await run(on, CHANGE, values);
    if (row === undefined) return 'stale';
    await writeDown(on, row, { planId, state, by, now });
    return 'applied';
  });
}

async function writeDown(
  on: Queries,
  row: Row,
  { planId, state, by, now }: Pick<CampaignChange, 'planId' | 'state' | 'by' | 'now'>,
): Promise<void> {
  const subject = row.campaign_id as string;
  const incidentId = row.incident_id as string;
  const action = state === 'running' ? 'campaign.resumed' : `campaign.${state}`;
  await appendAudit(on, {
    accountId: '',
    incidentId,
    at: now,
    actor: by,
    action,
    subject,
    payload: { plan_id: planId },
  });
  const data = { plan_id: planId, campaign_id: subject, state };
  await tell(on, [{ type: 'campaign.changed', accountId: '', data, happenedAt: now }]);
}

/** Whether something of a plan may be begun in this transaction, and how much of it. */
export interface Running {
  take(planId: string): boolean;
}

const PEEK: Statement = {
  name: 'peek_campaigns',
  text: 'select plan_id, canary from storno.campaign where plan_id = any($1::text[])',
};

const locking = (name: string, strength: string): Statement => ({
  name,
  text: `select plan_id, state, canary from storno.campaign
    where plan_id = any($1::text[]) order by plan_id collate "C" for ${strength}`,
});

const HOLD = locking('hold_campaigns', 'share');
/** While a canary is out it is counted, by one transaction at a time. */
const HOLD_CANARY = locking('hold_canaries', 'update');

export async function readRunning(on: Queries, changes: readonly RefundChange[]): Promise<Running> {
  const plans = [...new Set(changes.filter(({ begins }) => begins).map(({ key }) => key.planId))];
  if (plans.length === 0) return { take: () => false };
  const hasCanary = (await run(on, PEEK, [plans])).some(({ canary }) => canary !== null);
  const rows = await run(on, hasCanary ? HOLD_CANARY : HOLD, [plans]);
  const left = new Map<string, number>();
  for (const { plan_id, state, canary } of rows) {
    if (state === 'running') left.set(plan_id as string, (canary as number | null) ?? Number.POSITIVE_INFINITY);
  }
  return {
    take: (planId) => {
      const may = left.get(planId) ?? 0;
      left.set(planId, may - 1);
      return may > 0;
    },
  };
}

const COUNT_CANARY: Statement = {
  name: 'count_canary',
  text: `update storno.campaign as c
    set canary = c.canary - $2, version = c.version + 1,
      state = case when c.canary - $2 = 0 then 'paused' else c.state end,
      reason = case when c.canary - $2 = 0 then 'the canary is out: look at it, then resume' else c.reason end,
      changed_by = 'storno', changed_at = $3
    from storno.remedy_plan as p
    where p.plan_id = c.plan_id and c.plan_id = $1 and c.canary is not null
    returning c.campaign_id, p.incident_id, c.state`,
};

/** Counts what was begun of a canary; the last one pauses the campaign. */
export async function countCanary(on: Queries, begun: readonly RefundChange[]): Promise<void> {
  const counts = new Map<string, number>();
  const now = Math.max(...begun.map(({ attempt, acceptedAt }) => attempt?.sentAt ?? acceptedAt ?? 0));
  for (const { key } of begun) counts.set(key.planId, (counts.get(key.planId) ?? 0) + 1);
  for (const [planId, count] of counts) {
    const [row] = await run(on, COUNT_CANARY, [planId, count, timeOf(now)]);
    if (row?.state === 'paused') await writeDown(on, row, { planId, state: 'paused', by: 'storno', now });
  }
}
