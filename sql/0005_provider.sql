-- One row is what a provider did, as last seen: the layer `payments`. `account_id` is empty where nothing tells it.
create table storno.payment (
  account_id text not null,
  provider text not null,
  merchant_account text not null,
  payment_id text not null,
  kind text not null check (kind in ('charge', 'refund', 'chargeback', 'chargeback_reversal')),
  parent_payment_id text,
  rental_id text,
  purpose text,
  occurrence integer,
  generation integer,
  status text not null check (status in ('succeeded', 'pending', 'failed', 'canceled')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency storno.currency not null,
  code text,
  idempotency_key text,
  created_at timestamptz not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  constraint payment_pkey primary key (account_id, provider, merchant_account, payment_id)
) partition by hash (account_id);

create index payment_obligation on storno.payment (account_id, rental_id);
create index payment_created_at on storno.payment (created_at);
create index payment_last_seen_at on storno.payment using brin (last_seen_at);

-- One row is a line of the provider's own ledger.
create table storno.settlement (
  provider text not null,
  merchant_account text not null,
  line_id text not null,
  payment_id text not null,
  account_id text,
  kind text not null,
  amount_minor bigint not null,
  fee_minor bigint not null,
  currency storno.currency not null,
  booked_at timestamptz not null,
  recorded_at timestamptz not null,
  constraint settlement_pkey primary key (provider, merchant_account, line_id)
);

-- One row is an event of a provider, verified, with its bytes. It is a hint: state is fetched.
create table storno.inbox (
  provider text not null,
  merchant_account text not null,
  event_id text not null,
  type text not null,
  object_ref text not null,
  body text not null check (length(body) <= 1000000),
  created_at timestamptz not null,
  received_at timestamptz not null,
  state text not null check (state in ('new', 'parked', 'done', 'given_up')),
  tries integer not null,
  run_at timestamptz,
  note text not null check (length(note) <= 1000),
  constraint inbox_pkey primary key (provider, merchant_account, event_id)
);

create index inbox_run_at on storno.inbox (run_at) where run_at is not null;

-- One row says how far a listing of the provider was read.
create table storno.cursor (
  name text not null check (length(name) <= 200),
  read_to timestamptz not null,
  constraint cursor_pkey primary key (name)
);
