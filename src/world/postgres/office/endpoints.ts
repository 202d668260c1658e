import type { WebhookEndpoint, Webhooks } from '../../../flow/ports/office.ts';
import { EVENT_COLUMNS, eventOf, eventValues } from './events.ts';
import { at, ms, type OfficeBase, type Row, run, runOne } from './sql.ts';

type Endpoints = Pick<
  Webhooks,
  'putEndpoint' | 'readEndpoint' | 'listEndpoints' | 'changeEndpoint' | 'rotateSecret' | 'testEndpoint'
>;

const COLUMNS = `endpoint_id, url, secrets, types, state, ${ms('recorded_at')} as recorded_at`;

const PUT = `
insert into storno.webhook_endpoint (endpoint_id, url, secrets, types, state, recorded_at)
values ($1, $2, $3::text[], $4::text[], $5, $6::timestamptz)
on conflict (endpoint_id) do nothing`;

const READ = `select ${COLUMNS} from storno.webhook_endpoint where endpoint_id = $1 and state <> 'deleted'`;

const LIST = `select ${COLUMNS} from storno.webhook_endpoint where state <> 'deleted' order by recorded_at, endpoint_id`;

/** Nothing waits for an address that is not served: what was due is given up, and may be sent again by hand. */
const CHANGE = `
with changed as (
  update storno.webhook_endpoint
  set url = coalesce($2, url), types = coalesce($3::text[], types), state = coalesce($4, state)
  where endpoint_id = $1 and state <> 'deleted'
  returning ${COLUMNS}
), given_up as (
  update storno.webhook_delivery as d
  set state = 'given_up', run_at = null
  from changed as c
  where d.endpoint_id = c.endpoint_id and c.state <> 'enabled' and d.state = 'due'
)
select * from changed`;

const ROTATE = `
update storno.webhook_endpoint
set secrets = array[$2::text, secrets[1]]
where endpoint_id = $1 and state <> 'deleted'
returning ${COLUMNS}`;

const TEST = `
with told as (
  select endpoint_id from storno.webhook_endpoint where endpoint_id = $5 and state = 'enabled'
), o as (
  insert into storno.outbox (account_id, type, data, happened_at)
  select $1, $2, $3::jsonb, $4::timestamptz from told
  returning *
), delivered as (
  insert into storno.webhook_delivery (endpoint_id, event_id, state, tries, run_at, first_due_at)
  select told.endpoint_id, o.event_id, 'due', 0, $4::timestamptz, $4::timestamptz from told, o
)
select ${EVENT_COLUMNS} from o`;

export function openEndpoints(base: OfficeBase): Endpoints {
  return {
    async putEndpoint({ endpointId, url, secrets, types, state, recordedAt }) {
      await run(base, PUT, [endpointId, url, secrets, types, state, at(recordedAt)]);
    },
    async readEndpoint(endpointId) {
      return endpointOrNull(await runOne(base, READ, [endpointId]));
    },
    async listEndpoints() {
      return (await run(base, LIST, [])).map(endpointOf);
    },
    async changeEndpoint({ endpointId, url, types, state }) {
      return endpointOrNull(await runOne(base, CHANGE, [endpointId, url, types, state]));
    },
    async rotateSecret(endpointId, secret) {
      return endpointOrNull(await runOne(base, ROTATE, [endpointId, secret]));
    },
    async testEndpoint(endpointId, event) {
      const row = await runOne(base, TEST, [...eventValues(event), endpointId]);
      return row === null ? null : eventOf(row);
    },
  };
}

function endpointOrNull(row: Row | null): WebhookEndpoint | null {
  return row === null ? null : endpointOf(row);
}

export function endpointOf(row: Row): WebhookEndpoint {
  return {
    endpointId: row.endpoint_id as string,
    url: row.url as string,
    secrets: row.secrets as string[],
    types: row.types as string[],
    state: row.state as WebhookEndpoint['state'],
    recordedAt: row.recorded_at as number,
  };
}
