import type { Pool } from 'pg';
import { REMINDER_DAYS, type ReminderDays } from '../../../core/remedy/notify/reminder.ts';
import type { LapsingLot } from '../../../flow/ports/letters.ts';
import { instantOf, type Row, runAlone, type Statement, timeOf } from '../store/sql.ts';

/** As `dueReminder` decides: whatever is read is due, so that what is not yet due keeps nobody back. */
const READ_LAPSING: Statement = {
  name: 'read_lapsing_lots',
  text: `select lot.account_id, lot.incident_id, lot.remaining, lot.market, lot.last_day::text as last_day,
  lot.valid_from, a.locale, m.time_zone,
  array(
    select b.occurrence::int from storno.letter as b
    where b.account_id = lot.account_id and b.incident_id = lot.incident_id and b.kind = 'minutes_reminder'
  ) as occurrences
from storno.lot as lot
join storno.account as a on a.account_id = lot.account_id
join storno.market as m on m.market = lot.market
join storno.incident as i on i.incident_id = lot.incident_id
cross join lateral (
  select ($1::timestamptz at time zone m.time_zone)::date as today,
    (lot.valid_from at time zone m.time_zone)::date as given_on
) as there
where lot.remaining > 0 and lot.last_day >= there.today and exists (
  select from unnest($3::int[]) with ordinality as reminder (days, occurrence)
  where lot.last_day - there.today <= reminder.days and lot.last_day - there.given_on > reminder.days
    and not exists (
      select from storno.letter as b
      where b.account_id = lot.account_id and b.incident_id = lot.incident_id and b.kind = 'minutes_reminder'
        and b.occurrence >= reminder.occurrence
    )
)
order by lot.last_day, lot.account_id
limit $2`,
};

/** The reminder's place in the order of all reminders is its occurrence: 1 is the earliest. */
export async function readLapsing(
  pool: Pool,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly LapsingLot[]> {
  const rows = await runAlone(pool, READ_LAPSING, [timeOf(now), limit, REMINDER_DAYS]);
  return rows.map(lotOf);
}

function lotOf(row: Row): LapsingLot {
  const market = row.market as string;
  return {
    accountId: row.account_id as string,
    incidentId: row.incident_id as string,
    account: {
      locale: row.locale as string,
      market,
      zone: row.time_zone as string,
      refunds: [],
      minutes: null,
    },
    gift: { minutes: row.remaining as number, market, lastDay: row.last_day as string },
    givenAt: instantOf(row.valid_from),
    reminded: (row.occurrences as number[]).map((occurrence) => REMINDER_DAYS[occurrence - 1] as ReminderDays),
  };
}
