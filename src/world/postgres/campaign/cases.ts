import type { Pool } from 'pg';
import type { RefundCase, RefundKey } from '../../../core/remedy/refund.ts';
import type { RefundClaim, RefundStore } from '../../../flow/ports/campaign.ts';
import { arraysOf, fromArrays, namesOf, type Row, runAlone, type Statement, timeOf } from '../store/sql.ts';
import {
  LIABILITY_COLUMNS,
  liabilityOf,
  REFUND_KEY,
  refundAttemptOf,
  refundCampaignOf,
  refundKeyOf,
  refundOf,
  sayKey,
} from './rows.ts';

type Cases = Pick<RefundStore, 'claimDue' | 'claimOpen' | 'readRefund'>;

const ofRefund = (alias: string) => REFUND_KEY.map(([name]) => `${alias}.${name} = r.${name}`).join(' and ');

/** Rows that another is just claiming are passed over. Channels that go over a bank are not a worker's. */
const claiming = (from: string, where: string): string => `with picked as (
    select ${namesOf(REFUND_KEY, 'r.')}
    from ${from}
    where ${where} and r.run_at <= $2 and (r.lease_until is null or r.lease_until <= $2)
      and r.channel in ('original_payment', 'account_credit')
    order by r.run_at
    limit $4
    for update of r skip locked
  )
  update storno.refund as r
  set version = r.version + 1, lease_owner = $1, lease_until = $3
  from picked as p
  where ${ofRefund('p')}
  returning ${namesOf(REFUND_KEY, 'r.')}, r.version`;

/** The row of the campaign is read under a lock: whoever pauses waits until claims under way are written. */
const CLAIM_DUE: Statement = {
  name: 'claim_refunds_due',
  text: claiming(
    `(select plan_id from storno.campaign where plan_id = $5 and state = 'running' for share) as c
      join storno.refund as r on r.plan_id = c.plan_id`,
    `r.plan_id = $5 and r.state = 'due'`,
  ),
};

const CLAIM_OPEN: Statement = {
  name: 'claim_refunds_open',
  text: claiming('storno.refund as r', `r.state <> 'due'`),
};

const READ_REFUNDS: Statement = {
  name: 'read_refunds',
  text: `select r.*, ${LIABILITY_COLUMNS}, c.state as campaign_state, c.canary, c.per_ten_seconds,
    (select coalesce(max(a.generation), 0)::int from storno.refund_attempt as a
      where a.account_id = r.account_id and a.liability_id = r.liability_id) as last_generation,
    (select coalesce(jsonb_agg(to_jsonb(a) || jsonb_build_object('absent_at', (
        select coalesce(jsonb_agg(e.seen_at order by e.version), '[]') from storno.refund_evidence as e
        where ${ofRefund('e')} and e.generation = a.generation and e.outcome = 'absent'
      )) order by a.generation), '[]')
      from storno.refund_attempt as a where ${ofRefund('a')}) as attempts
  from ${fromArrays(REFUND_KEY, 1, 'k')}
  join storno.refund as r on ${ofRefund('k')}
  join storno.liability as l on l.account_id = r.account_id and l.liability_id = r.liability_id
  join storno.campaign as c on c.plan_id = r.plan_id`,
};

export function openCases(pool: Pool): Cases {
  const claim = async (statement: Statement, { worker, now, leaseUntil, limit }: RefundClaim, more: unknown[]) =>
    readClaimed(pool, await runAlone(pool, statement, [worker, timeOf(now), timeOf(leaseUntil), limit, ...more]));
  return {
    claimDue: ({ planId, ...request }) => claim(CLAIM_DUE, request, [planId]),
    claimOpen: (request) => claim(CLAIM_OPEN, request, []),
    async readRefund(key) {
      return (await readCases(pool, [key]))[0] ?? null;
    },
  };
}

/** Read in a statement of its own, as in charging. Whose version has gone on since is another's again. */
async function readClaimed(pool: Pool, claimed: readonly Row[]): Promise<readonly RefundCase[]> {
  if (claimed.length === 0) return [];
  const cases = await readCases(pool, claimed.map(refundKeyOf));
  const versions = new Map(claimed.map((row) => [sayKey(refundKeyOf(row)), row.version as number]));
  return cases.filter(({ refund }) => versions.get(sayKey(refund.key)) === refund.version);
}

async function readCases(pool: Pool, keys: readonly RefundKey[]): Promise<readonly RefundCase[]> {
  const rows = await runAlone(pool, READ_REFUNDS, arraysOf(REFUND_KEY, keys));
  return rows.map((row) => ({
    refund: refundOf(row),
    attempts: (row.attempts as Row[]).map(refundAttemptOf),
    liability: liabilityOf(row),
    campaign: refundCampaignOf(row),
    lastGeneration: row.last_generation as number,
  }));
}
