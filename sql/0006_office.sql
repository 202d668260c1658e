-- One row is something that happened and that others may be told, in the transaction in which it happened.
-- `position` is given afterwards, by one hand at a time, in the order in which rows became visible: readers go by it.
-- The identity cannot serve them: transactions commit in another order than they drew their numbers.
create table storno.outbox (
  event_id bigint generated always as identity,
  position bigint,
  account_id text not null,
  type storno.text_to_100 not null,
  data jsonb not null,
  happened_at timestamptz not null,
  constraint outbox_pkey primary key (event_id)
);

create unique index outbox_position_key on storno.outbox (position) where position is not null;
create index outbox_without_position on storno.outbox (event_id) where position is null;

-- One row is an address that is told of events.
create table storno.webhook_endpoint (
  endpoint_id text not null,
  url text not null check (length(url) <= 2000),
  secrets text[] not null check (cardinality(secrets) between 1 and 2),
  types text[] not null,
  state text not null check (state in ('enabled', 'disabled', 'deleted')),
  recorded_at timestamptz not null,
  constraint webhook_endpoint_pkey primary key (endpoint_id)
);

-- One row is an event on its way to an address.
create table storno.webhook_delivery (
  endpoint_id text not null,
  event_id bigint not null,
  state text not null check (state in ('due', 'done', 'given_up')),
  tries integer not null,
  run_at timestamptz,
  last_status integer,
  last_error text check (length(last_error) <= 500),
  -- When it was first due, from which the days of trying count, and when it was last tried.
  first_due_at timestamptz not null,
  last_tried_at timestamptz,
  constraint webhook_delivery_pkey primary key (endpoint_id, event_id),
  constraint webhook_delivery_endpoint_fkey foreign key (endpoint_id) references storno.webhook_endpoint (endpoint_id)
);

create index webhook_delivery_run_at on storno.webhook_delivery (run_at) where run_at is not null;

-- One row is a key to the API. The secret is not kept, only its digest.
create table storno.api_key (
  key_id text not null,
  secret_digest text not null check (secret_digest ~ '^[0-9a-f]{64}$'),
  name text not null check (length(name) between 1 and 100),
  scopes text[] not null,
  recorded_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_key_pkey primary key (key_id)
);

-- One row is the answer to a command, kept for ever: the same command gets the same answer. `lease_until` says how long
-- whoever began it is believed to be at work; afterwards another may begin it again, since every command is idempotent.
create table storno.command (
  key_id text not null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  status integer check (status between 200 and 499),
  body text check (length(body) <= 1000000),
  lease_until timestamptz,
  recorded_at timestamptz not null,
  constraint command_answered_whole check (num_nulls(status, body) in (0, 2)),
  constraint command_pkey primary key (key_id, idempotency_key)
);

-- The one row says whether money may be taken. Every claim reads it.
create table storno.control (
  only_row boolean not null default true check (only_row),
  charging text not null check (charging in ('running', 'stopped')),
  reason text not null check (length(reason) between 1 and 500),
  set_by text not null check (length(set_by) between 1 and 200),
  set_at timestamptz not null,
  constraint control_pkey primary key (only_row)
);

insert into storno.control (charging, reason, set_by, set_at)
values ('running', 'as installed', 'storno migrate', statement_timestamp());

-- One row is a past state of control.
create table storno.control_history (
  set_at timestamptz not null,
  charging text not null,
  reason text not null,
  set_by text not null
);

-- One row is an alarm, raised once for its kind and subject.
create table storno.alarm (
  kind text not null check (length(kind) <= 50),
  subject text not null check (length(subject) <= 300),
  message text not null check (length(message) <= 1000),
  raised_at timestamptz not null,
  settled_at timestamptz,
  constraint alarm_pkey primary key (kind, subject)
);
