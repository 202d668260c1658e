import type { Delivery, DeliveryOutcome, Webhooks } from '../../../flow/ports/office.ts';
import { endpointOf } from './endpoints.ts';
import { APPEND, EVENT_COLUMNS, eventOf, eventValues } from './events.ts';
import { at, inTransaction, ms, type OfficeBase, type Row, run, runOne } from './sql.ts';

type Deliveries = Pick<Webhooks, 'claimDeliveries' | 'finishDelivery' | 'listDeliveries' | 'resend'>;

/** Taking is moving to the end of the lease: whoever dies with it leaves it due then. */
const CLAIM = `
with taken as (
  select d.endpoint_id, d.event_id
  from storno.webhook_delivery as d
  join storno.webhook_endpoint as e on e.endpoint_id = d.endpoint_id and e.state = 'enabled'
  where d.run_at <= $1::timestamptz
  order by d.run_at
  limit $3
  for update of d skip locked
), moved as (
  update storno.webhook_delivery as d
  set run_at = $2::timestamptz
  from taken as t
  where d.endpoint_id = t.endpoint_id and d.event_id = t.event_id
  returning d.endpoint_id, d.event_id, d.tries, d.first_due_at
)
select ${EVENT_COLUMNS}, e.endpoint_id, e.url, e.secrets, e.types, e.state, ${ms('e.recorded_at')} as recorded_at,
  m.tries, ${ms('m.first_due_at')} as first_due_at
from moved as m
join storno.webhook_endpoint as e on e.endpoint_id = m.endpoint_id
join storno.outbox as o on o.event_id = m.event_id
order by m.event_id`;

const FINISH = `
update storno.webhook_delivery
set state = $3, run_at = $4::timestamptz, tries = tries + 1, last_status = $5, last_error = $6, last_tried_at = $7::timestamptz
where endpoint_id = $1 and event_id = $2::bigint`;

const GIVE_UP_ALL = `
update storno.webhook_delivery set state = 'given_up', run_at = null where endpoint_id = $1 and state = 'due'`;

/** Answers a row for the first who disables it: only he tells of it. */
const DISABLE = `
update storno.webhook_endpoint set state = 'disabled' where endpoint_id = $1 and state = 'enabled' returning endpoint_id`;

const LIST = `
select d.endpoint_id, d.event_id::text as event_id, o.type, d.state, d.tries, ${ms('d.run_at')} as run_at, d.last_status,
  d.last_error, ${ms('d.first_due_at')} as first_due_at, ${ms('d.last_tried_at')} as last_tried_at
from storno.webhook_delivery as d
join storno.outbox as o on o.event_id = d.event_id
where d.endpoint_id = $1 and ($2::bigint is null or d.event_id < $2::bigint)
order by d.event_id desc
limit $3`;

const RESEND = `
insert into storno.webhook_delivery as d (endpoint_id, event_id, state, tries, run_at, first_due_at)
select e.endpoint_id, o.event_id, 'due', 0, $3::timestamptz, $3::timestamptz
from storno.webhook_endpoint as e
join storno.outbox as o on o.event_id = $2::bigint
where e.endpoint_id = $1 and e.state = 'enabled'
on conflict (endpoint_id, event_id) do update
set state = 'due', run_at = excluded.run_at, first_due_at = excluded.first_due_at
returning d.endpoint_id`;

export function openDeliveries(base: OfficeBase): Deliveries {
  return {
    async claimDeliveries({ now, leaseUntil, limit }) {
      return (await run(base, CLAIM, [at(now), at(leaseUntil), limit])).map((row) => ({
        endpoint: endpointOf(row),
        event: eventOf(row),
        tries: row.tries as number,
        firstDueAt: row.first_due_at as number,
      }));
    },
    async finishDelivery(outcome) {
      if (outcome.next.kind === 'disable') return disable(base, outcome, outcome.next.event);
      await run(base, FINISH, finishValues(outcome));
    },
    async listDeliveries({ endpointId, cursor, limit }) {
      const rows = await run(base, LIST, [endpointId, cursor, limit + 1]);
      const items = rows.slice(0, limit).map(deliveryOf);
      return { items, next: rows.length > limit ? (items.at(-1)?.eventId ?? null) : null };
    },
    async resend({ endpointId, eventId, now }) {
      return (await runOne(base, RESEND, [endpointId, eventId, at(now)])) === null ? 'unknown' : 'due';
    },
  };
}

function finishValues({ endpointId, eventId, at: triedAt, status, error, next }: DeliveryOutcome): unknown[] {
  const state = { done: 'done', again: 'due', disable: 'given_up' }[next.kind];
  const runAt = next.kind === 'again' ? next.runAt : null;
  return [endpointId, eventId, state, at(runAt), status, error, at(triedAt)];
}

function disable(base: OfficeBase, outcome: DeliveryOutcome, event: Parameters<typeof eventValues>[0]): Promise<void> {
  return inTransaction(base, async (queries) => {
    await queries.query(FINISH, finishValues(outcome));
    const { rows } = await queries.query(DISABLE, [outcome.endpointId]);
    await queries.query(GIVE_UP_ALL, [outcome.endpointId]);
    if (rows.length > 0) await queries.query(APPEND, [...eventValues(event)]);
  });
}

function deliveryOf(row: Row): Delivery {
  return {
    endpointId: row.endpoint_id as string,
    eventId: row.event_id as string,
    type: row.type as string,
    state: row.state as Delivery['state'],
    tries: row.tries as number,
    runAt: row.run_at as number | null,
    lastStatus: row.last_status as number | null,
    lastError: row.last_error as string | null,
    firstDueAt: row.first_due_at as number,
    lastTriedAt: row.last_tried_at as number | null,
  };
}
