import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { FindingClass } from '../../../core/remedy/finding.ts';
import type { FindingEvidence } from '../../../core/remedy/incident.ts';
import type { DoubledLetter } from '../../../flow/ports/letters.ts';
import { type Row, runAlone, type Statement } from '../store/sql.ts';

const READ_DOUBLED: Statement = {
  name: 'read_doubled_letters',
  text: `with due as (
  select pa.account_id, pa.plan_id, p.incident_id, pa.market
  from storno.remedy_plan_account as pa
  join storno.remedy_plan as p on p.plan_id = pa.plan_id
  join storno.campaign as c on c.plan_id = pa.plan_id
  where pa.letter = 'acquirer' and not exists (
    select from storno.letter as b
    where b.account_id = pa.account_id and b.incident_id = p.incident_id and b.kind = 'acquirer_repays'
  )
  order by pa.account_id, pa.plan_id
  limit $1
)
select d.account_id, d.incident_id, a.locale, m.market, m.time_zone, f.finding_id, f.class, f.rental_id, f.payment_id,
  f.evidence, f.amount_minor, f.currency
from due as d
join storno.account as a on a.account_id = d.account_id
join storno.market as m on m.market = d.market
join storno.incident_finding as f on f.account_id = d.account_id and f.incident_id = d.incident_id
  and f.class = 'acquirer_duplicate'
order by d.account_id, d.incident_id, f.finding_id`,
};

export async function readDoubled(
  pool: Pool,
  { limit }: { readonly limit: number },
): Promise<readonly DoubledLetter[]> {
  const letters = new Map<string, Row[]>();
  for (const row of await runAlone(pool, READ_DOUBLED, [limit])) {
    const name = `${row.account_id} ${row.incident_id}`;
    letters.set(name, [...(letters.get(name) ?? []), row]);
  }
  return [...letters.values()].map(letterOf);
}

function letterOf(rows: readonly Row[]): DoubledLetter {
  const [row] = rows as [Row];
  const market = row.market as string;
  return {
    accountId: row.account_id as string,
    incidentId: row.incident_id as string,
    account: { locale: row.locale as string, market, zone: row.time_zone as string, refunds: [], minutes: null },
    doubled: rows.map((one) => ({
      amount: money(one.amount_minor as bigint, one.currency as string),
      finding: {
        findingId: one.finding_id as string,
        class: one.class as FindingClass,
        rentalId: one.rental_id as string | null,
        paymentId: one.payment_id as string | null,
        evidence: one.evidence as FindingEvidence,
      },
    })),
  };
}
