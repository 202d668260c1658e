import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { Expectation } from '../../../core/remedy/reconcile/shape.ts';
import { runAlone, type Statement } from '../store/sql.ts';

/**
 * Every refund of the incident that was accepted or stands in a bank file, as what must come to pass: over the provider
 * a line of its own ledger, over the bank a booking. What failed for good is not expected any more.
 */
const READ_EXPECTATIONS: Statement = {
  name: 'read_bank_expectations',
  text: `select 'refund:' || t.idempotency_key as id, 'refund' as kind, -r.amount_minor as amount_minor, r.currency,
    array[t.provider_ref] as refs, to_char(t.sent_at at time zone 'UTC', 'YYYY-MM-DD') as from_day,
    to_char((t.sent_at + interval '10 days') at time zone 'UTC', 'YYYY-MM-DD') as to_day, null as promised_on
  from storno.refund as r
  join storno.remedy_plan as p on p.plan_id = r.plan_id and p.incident_id = $1
  join storno.refund_attempt as t on t.account_id = r.account_id and t.plan_id = r.plan_id
    and t.liability_id = r.liability_id
  where r.channel = 'original_payment' and t.provider_ref is not null
    and (t.state in ('pending', 'succeeded') or r.succeeded_at is not null)
  union all
  select 'transfer:' || o.end_to_end_id, 'transfer', -o.amount_minor, o.currency,
    array[o.end_to_end_id], o.execute_on::text, (o.execute_on + 10)::text, o.promised_on::text
  from storno.bank_order as o
  join storno.remedy_plan as p on p.plan_id = o.plan_id and p.incident_id = $1
  join storno.refund_attempt as t on t.account_id = o.account_id and t.plan_id = o.plan_id
    and t.liability_id = o.liability_id and t.generation = o.generation
  join storno.refund as r on r.account_id = o.account_id and r.plan_id = o.plan_id and r.liability_id = o.liability_id
  where t.state <> 'failed_final' or r.succeeded_at is not null
  order by id`,
};

export async function readExpectations(pool: Pool, incidentId: string): Promise<readonly Expectation[]> {
  const rows = await runAlone(pool, READ_EXPECTATIONS, [incidentId]);
  return rows.map((row) => ({
    id: row.id as string,
    kind: row.kind as Expectation['kind'],
    amount: money(row.amount_minor as bigint, row.currency as string),
    references: row.refs as string[],
    from: row.from_day as string,
    to: row.to_day as string,
    promisedOn: row.promised_on as string | null,
  }));
}
