import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { Incidents } from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import { inTransaction, run, type Statement, timeOf } from '../store/sql.ts';

/** What is probable must be looked at by somebody before anybody calls the incident done. */
const READ_OPEN: Statement = {
  name: 'read_closing',
  text: `select
      (select count(*)::int from storno.incident_finding as f
        where f.incident_id = $1 and f.grade = 'probable' and f.refund_due_minor > 0 and not exists (
          select from storno.finding_review as r
          where r.account_id = f.account_id and r.incident_id = f.incident_id and r.finding_id = f.finding_id
        )) as not_reviewed,
      (select count(*)::int from storno.refund as r
        join storno.remedy_plan as p on p.plan_id = r.plan_id
        where p.incident_id = $1 and r.state in ('due', 'in_flight', 'pending', 'quarantined')) as refunds_open`,
};

const READ_NOT_BEGUN: Statement = {
  name: 'read_plans_not_begun',
  text: `select p.plan_id from storno.remedy_plan as p
    join storno.plan_decision as d on d.plan_id = p.plan_id
    where p.incident_id = $1 and d.decision = 'approved' and d.expires_at > $2
      and not exists (select from storno.campaign as c where c.plan_id = p.plan_id)
    order by p.planned_at`,
};

/** Of the books alone: whether charging is behind is no matter of an incident. */
const READ_VIOLATIONS: Statement = {
  name: 'read_book_violations',
  text: `select v.violation from storno.violations_of_booking() as v (violation)
    union all select v.violation from storno.violations_of_giving_back() as v (violation)
    union all select v.violation from storno.violations_of_books() as v (violation)`,
};

const READ_REMAINS: Statement = {
  name: 'read_remains',
  text: `select l.currency, count(distinct l.account_id)::int as accounts, sum(l.unpayable_minor)::bigint as unpayable,
      sum(l.owed_minor - l.refunded_minor - l.transferred_minor - l.credited_minor - l.elsewhere_minor)::bigint as owed
    from storno.liability as l
    where l.incident_id = $1
      and l.owed_minor > l.refunded_minor + l.transferred_minor + l.credited_minor + l.elsewhere_minor
    group by l.currency
    order by l.currency collate "C"`,
};

const CLOSE: Statement = {
  name: 'close_incident',
  text: `insert into storno.incident_closure (incident_id, remains, closed_by, closed_at)
    values ($1, $2::jsonb, $3, $4)
    on conflict (incident_id) do nothing
    returning incident_id`,
};

export function openClosing(pool: Pool): Pick<Incidents, 'readClosing' | 'closeIncident'> {
  return {
    readClosing: (incidentId, now) =>
      inTransaction(pool, async (on) => {
        const [open] = await run(on, READ_OPEN, [incidentId]);
        const notBegun = await run(on, READ_NOT_BEGUN, [incidentId, timeOf(now)]);
        const remains = await run(on, READ_REMAINS, [incidentId]);
        return {
          notReviewed: open?.not_reviewed as number,
          refundsOpen: open?.refunds_open as number,
          plansNotBegun: notBegun.map((row) => row.plan_id as string),
          violations: (await run(on, READ_VIOLATIONS, [])).map((row) => row.violation as string),
          remains: remains.map((row) => ({
            owed: money(row.owed as bigint, row.currency as string),
            accounts: row.accounts as number,
            unpayable: money(row.unpayable as bigint, row.currency as string),
          })),
        };
      }),
    closeIncident: ({ incidentId, remains, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const closed = await run(on, CLOSE, [incidentId, JSON.stringify(remains), by, timeOf(at)]);
        if (closed.length === 0) return 'exists';
        const entry = { accountId: '', incidentId, at, actor: by, subject: incidentId, payload: {} };
        await appendAudit(on, { ...entry, action: 'incident.closed' });
        return 'created';
      }),
  };
}
