import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { FindingClass } from '../../../core/remedy/finding.ts';
import type { FindingEvidence } from '../../../core/remedy/incident.ts';
import type { ToldAccount, ToldRefund } from '../../../core/remedy/notify/gather.ts';
import type { DueLetter, DueLetterName } from '../../../flow/ports/letters.ts';
import { instantOf, instantOrNull, type Row, runAlone, type Statement } from '../store/sql.ts';

/**
 * Accounts whose refunds of a plan are all begun, with one that was accepted or has failed and was not told. Minutes
 * are told with the refund, so they must be there.
 */
const DUE = `
select distinct on (r.account_id, r.plan_id, told.kind) r.account_id, r.plan_id, p.incident_id, told.kind
from storno.refund as r
join storno.remedy_plan as p on p.plan_id = r.plan_id
join storno.remedy_plan_account as pa on pa.account_id = r.account_id and pa.plan_id = r.plan_id
cross join lateral (
  select case when r.state = 'failed' then 'refund_failed_choose' else 'refund_sent' end as kind
) as told
where (r.account_id, r.plan_id, told.kind) > ($2::text, $3::text, $4::text)
  and (r.state = 'failed' or (r.state in ('pending', 'succeeded') and r.accepted_at is not null))
  and pa.letter <> 'none'
  and not exists (
    select from storno.letter_refund as lr
    where lr.account_id = r.account_id and lr.plan_id = r.plan_id and lr.liability_id = r.liability_id
      and lr.kind = told.kind
  )
  and not exists (
    select from storno.refund as o
    where o.account_id = r.account_id and o.plan_id = r.plan_id and o.state in ('due', 'in_flight')
  )
  and (r.state = 'failed' or pa.minutes = 0 or exists (
    select from storno.lot as l where l.account_id = r.account_id and l.incident_id = p.incident_id
  ))
order by r.account_id, r.plan_id, told.kind
limit $1`;

const READ_DUE: Statement = {
  name: 'read_due_letters',
  text: `with due as (${DUE})
select d.account_id, d.plan_id, d.incident_id, d.kind, a.locale, m.market, m.time_zone,
  (
    select count(*)::int + 1 from storno.letter as b
    where b.account_id = d.account_id and b.incident_id = d.incident_id and b.kind = d.kind
  ) as occurrence,
  lot.minutes, lot.market as lot_market, lot.last_day::text as last_day,
  r.liability_id, l.kind as liability, r.channel, r.amount_minor, r.currency, r.accepted_at,
  last.failure_code, last.failed_at, f.finding_id, f.class, f.rental_id, f.payment_id, f.evidence
from due as d
join storno.account as a on a.account_id = d.account_id
join storno.remedy_plan_account as pa on pa.account_id = d.account_id and pa.plan_id = d.plan_id
join storno.market as m on m.market = pa.market
join storno.refund as r on r.account_id = d.account_id and r.plan_id = d.plan_id
join storno.liability as l on l.account_id = r.account_id and l.liability_id = r.liability_id
join storno.incident_finding as f
  on f.account_id = l.account_id and f.incident_id = l.incident_id and f.finding_id = l.finding_id
left join storno.lot as lot on lot.account_id = d.account_id and lot.incident_id = d.incident_id
left join lateral (
  select t.failure_code, coalesce(e.seen_at, t.sent_at) as failed_at
  from storno.refund_attempt as t
  left join storno.refund_evidence as e on e.account_id = t.account_id and e.plan_id = t.plan_id
    and e.liability_id = t.liability_id and e.generation = t.generation and e.outcome = 'failed_final'
  where t.account_id = r.account_id and t.plan_id = r.plan_id and t.liability_id = r.liability_id
  order by t.generation desc, e.version desc nulls last
  limit 1
) as last on r.state = 'failed'
where case d.kind
    when 'refund_failed_choose' then r.state = 'failed'
    else r.state in ('pending', 'succeeded') and r.accepted_at is not null
  end
  and not exists (
    select from storno.letter_refund as lr
    where lr.account_id = r.account_id and lr.plan_id = r.plan_id and lr.liability_id = r.liability_id
      and lr.kind = d.kind
  )
order by d.account_id, d.plan_id, d.kind, r.liability_id`,
};

export async function readDue(
  pool: Pool,
  { after, limit }: { readonly after: DueLetterName | null; readonly limit: number },
): Promise<readonly DueLetter[]> {
  const { accountId, planId, kind } = after ?? { accountId: '', planId: '', kind: '' };
  const rows = await runAlone(pool, READ_DUE, [limit, accountId, planId, kind]);
  const letters = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.account_id} ${row.plan_id} ${row.kind}`;
    letters.set(name, [...(letters.get(name) ?? []), row]);
  }
  return [...letters.values()].map(letterOf);
}

function letterOf(rows: readonly Row[]): DueLetter {
  const [row] = rows as [Row];
  const occurrence = row.occurrence as number;
  const kind = row.kind as DueLetter['kind'];
  const account: ToldAccount = {
    locale: row.locale as string,
    market: row.market as string,
    zone: row.time_zone as string,
    refunds: rows.map(refundOf),
    minutes:
      row.minutes === null || kind !== 'refund_sent' || occurrence > 1
        ? null
        : { minutes: row.minutes as number, market: row.lot_market as string, lastDay: row.last_day as string },
  };
  return {
    accountId: row.account_id as string,
    incidentId: row.incident_id as string,
    planId: row.plan_id as string,
    kind,
    occurrence,
    account,
  };
}

function refundOf(row: Row): ToldRefund {
  const failedAt = instantOrNull(row.failed_at);
  return {
    liabilityId: row.liability_id as string,
    liability: row.liability as ToldRefund['liability'],
    channel: row.channel as ToldRefund['channel'],
    amount: money(row.amount_minor as bigint, row.currency as string),
    acceptedAt: row.accepted_at === null ? null : instantOf(row.accepted_at),
    failed: failedAt === null ? null : { at: failedAt, code: row.failure_code as string | null },
    bankReference: null,
    finding: {
      findingId: row.finding_id as string,
      class: row.class as FindingClass,
      rentalId: row.rental_id as string | null,
      paymentId: row.payment_id as string | null,
      evidence: row.evidence as FindingEvidence,
    },
  };
}
