import type { Gauges } from '../../../flow/ports/office.ts';
import { at, type OfficeBase, runOne } from './sql.ts';

/** Reads small partial indexes only, so that it may be asked every few seconds however long the history is. */
const READ = `
select
  due.count as due, due.age as due_age, in_flight.count as in_flight, in_flight.age as in_flight_age,
  (select count(*)::int from storno.charge_intent where state = 'parked') as parked,
  (select count(*)::int from storno.inbox where run_at is not null) as inbox_waiting,
  (select count(*)::int from storno.webhook_delivery where run_at is not null) as deliveries_due,
  (select count(*)::int from storno.alarm where settled_at is null) as alarms_open,
  (select (charging = 'running')::int from storno.control) as charging
from (
  select count(*)::int, coalesce(extract(epoch from $1::timestamptz - min(run_at)) * 1000, 0)::float8 as age
  from storno.charge_intent
  where run_at <= $1::timestamptz and state = 'due'
) as due, (
  select count(*)::int, coalesce(extract(epoch from $1::timestamptz - min(a.sent_at)) * 1000, 0)::float8 as age
  from storno.charge_intent as i
  join storno.attempt as a using (account_id, rental_id, purpose, occurrence)
  where i.run_at is not null and i.state = 'in_flight' and a.state in ('sent', 'pending')
) as in_flight`;

export async function readGauges(base: OfficeBase, now: number): Promise<Gauges> {
  const row = (await runOne(base, READ, [at(now)])) ?? {};
  return {
    due: Number(row.due),
    dueAgeMs: Number(row.due_age),
    inFlight: Number(row.in_flight),
    inFlightAgeMs: Number(row.in_flight_age),
    parked: Number(row.parked),
    inboxWaiting: Number(row.inbox_waiting),
    deliveriesDue: Number(row.deliveries_due),
    alarmsOpen: Number(row.alarms_open),
    charging: Number(row.charging),
  };
}
