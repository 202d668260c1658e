import type { OutboxEvent } from '../../../core/fact/event.ts';
import type { Events, StoredEvent } from '../../../flow/ports/office.ts';
import { at, inTransaction, ms, type OfficeBase, type Row, run, runOne } from './sql.ts';

/** Held while positions are given, in the whole database: an arbitrary number, ours alone. */
const SEQUENCE_LOCK = 7_014_201_411;

/**
 * Runs under the lock, in a snapshot taken after it was obtained: so the positions become visible in their order, and
 * a reader who has read up to one never misses an earlier one.
 */
const SEQUENCE = `
with waiting as (
  select event_id, row_number() over (order by event_id) as place
  from (select event_id from storno.outbox where position is null order by event_id limit $2) as first
), placed as (
  update storno.outbox as o
  set position = w.place + (select coalesce(max(position), 0) from storno.outbox)
  from waiting as w
  where o.event_id = w.event_id
  returning o.event_id, o.type
), delivered as (
  insert into storno.webhook_delivery (endpoint_id, event_id, state, tries, run_at, first_due_at)
  select e.endpoint_id, p.event_id, 'due', 0, $1::timestamptz, $1::timestamptz
  from placed as p
  join storno.webhook_endpoint as e on e.state = 'enabled' and (cardinality(e.types) = 0 or p.type = any (e.types))
  where p.type <> 'webhook.tested'
  on conflict do nothing
)
select count(*)::int as placed from placed`;

export const EVENT_COLUMNS = `o.event_id::text as event_id, o.account_id, o.type, o.data, ${ms('o.happened_at')} as happened_at`;

const LIST = `
select ${EVENT_COLUMNS}, o.position::text as position
from storno.outbox as o
where o.position > $1::bigint and ($2::text is null or o.type = $2)
order by o.position
limit $3`;

const READ = `select ${EVENT_COLUMNS} from storno.outbox as o where o.event_id = $1::bigint`;

export const APPEND = `
insert into storno.outbox (account_id, type, data, happened_at)
values ($1, $2, $3::jsonb, $4::timestamptz)`;

export function openEvents(base: OfficeBase): Events {
  return {
    sequenceEvents: (now, limit) =>
      inTransaction(base, async (queries) => {
        await queries.query('select pg_advisory_xact_lock($1)', [SEQUENCE_LOCK]);
        const { rows } = await queries.query(SEQUENCE, [at(now), limit]);
        return rows[0]?.placed as number;
      }),
    async listEvents({ type, cursor, limit }) {
      const rows = await run(base, LIST, [cursor ?? '0', type, limit + 1]);
      const items = rows.slice(0, limit);
      return {
        items: items.map(eventOf),
        hasMore: rows.length > limit,
        next: (items.at(-1)?.position as string | undefined) ?? cursor,
      };
    },
    async readEvent(eventId) {
      const row = await runOne(base, READ, [eventId]);
      return row === null ? null : eventOf(row);
    },
    async appendEvent(event) {
      await run(base, APPEND, eventValues(event));
    },
  };
}

export function eventValues(event: OutboxEvent): readonly unknown[] {
  return [event.accountId, event.type, JSON.stringify(event.data), at(event.happenedAt)];
}

export function eventOf(row: Row): StoredEvent {
  return {
    eventId: row.event_id as string,
    type: row.type as OutboxEvent['type'],
    accountId: row.account_id as string,
    data: row.data as OutboxEvent['data'],
    happenedAt: row.happened_at as number,
  };
}
