-- One row is a rental's id and the account that it was first said for: one rental is nobody else's.
create table storno.rental_key (
  rental_id text not null check (rental_id ~ '^[A-Za-z0-9._~:-]{1,100}$'),
  account_id text not null,
  constraint rental_key_pkey primary key (rental_id)
) partition by hash (rental_id);

-- One row is a rental as it was said and priced. Never changed; a correction is a further revision.
create table storno.rental (
  account_id text not null,
  rental_id text not null,
  revision integer not null check (revision >= 1),
  vehicle_id text check (length(vehicle_id) <= 100),
  market text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  distance_meters integer check (distance_meters >= 0),
  plan_id text,
  plan_digest text,
  amount_minor bigint not null check (amount_minor >= 0),
  vat_minor bigint not null check (vat_minor between 0 and amount_minor),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  billed_minutes integer not null check (billed_minutes >= 0),
  price_lines jsonb not null,
  lot_uses jsonb not null,
  recorded_at timestamptz not null,
  constraint rental_pkey primary key (account_id, rental_id, revision),
  constraint rental_started_before_ended check (started_at <= ended_at),
  constraint rental_priced_by_plan_or_stated check ((plan_id is null) = (plan_digest is null))
) partition by hash (account_id);

-- One row says that a revision of a rental does not hold any more, and why.
create table storno.rental_void (
  account_id text not null,
  rental_id text not null,
  revision integer not null,
  reason text not null check (length(reason) between 1 and 500),
  voided_at timestamptz not null,
  constraint rental_void_pkey primary key (account_id, rental_id, revision),
  constraint rental_void_rental_fkey foreign key (account_id, rental_id, revision)
    references storno.rental (account_id, rental_id, revision)
) partition by hash (account_id);

-- One row is a charge intent: an obligation that is taken once, for ever. It is the work queue as well: `run_at` and
-- the lease say when it may be worked on, `version` says whose hands may write.
create table storno.charge_intent (
  account_id text not null,
  rental_id text not null,
  purpose text not null check (purpose in ('rental', 'adjustment')),
  occurrence integer not null check (occurrence >= 1),
  revision integer not null,
  state text not null check (state in ('due', 'in_flight', 'succeeded', 'uncollected', 'voided', 'parked')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  provider text not null check (length(provider) between 1 and 50),
  run_at timestamptz,
  version integer not null check (version >= 1),
  declines integer not null check (declines >= 0),
  lease_owner text,
  lease_until timestamptz,
  created_at timestamptz not null,
  constraint charge_intent_pkey primary key (account_id, rental_id, purpose, occurrence),
  constraint charge_intent_rental_fkey foreign key (account_id, rental_id, revision)
    references storno.rental (account_id, rental_id, revision),
  constraint charge_intent_final_never_runs check (
    (state in ('due', 'in_flight')) = (run_at is not null)
  ),
  constraint charge_intent_lease_whole check (num_nulls(lease_owner, lease_until) in (0, 2))
) partition by hash (account_id);

-- INV-1: of the occurrences of one purpose, one at most is not voided.
create unique index charge_intent_one_holds on storno.charge_intent (account_id, rental_id, purpose)
  where state <> 'voided' and purpose = 'rental';
create index charge_intent_run_at on storno.charge_intent (run_at) where run_at is not null;

-- One row is an attempt: written before it is sent. A further generation exists only after a proven final failure.
create table storno.attempt (
  account_id text not null,
  rental_id text not null,
  purpose text not null,
  occurrence integer not null,
  generation integer not null check (generation between 1 and 100),
  state text not null check (state in ('sent', 'pending', 'succeeded', 'failed_final')),
  idempotency_key text not null check (length(idempotency_key) <= 255),
  request_digest text not null check (request_digest ~ '^[0-9a-f]{64}$'),
  provider text not null,
  merchant_account text not null,
  customer_ref text not null,
  method_ref text not null,
  sent_at timestamptz not null,
  horizon_at timestamptz not null,
  provider_ref text,
  decline_code text check (length(decline_code) <= 100),
  absent_at timestamptz[] not null,
  constraint attempt_pkey primary key (account_id, rental_id, purpose, occurrence, generation),
  constraint attempt_intent_fkey foreign key (account_id, rental_id, purpose, occurrence)
    references storno.charge_intent (account_id, rental_id, purpose, occurrence),
  constraint attempt_key_key unique (account_id, idempotency_key),
  constraint attempt_horizon_after_send check (horizon_at > sent_at)
) partition by hash (account_id);

-- At most one attempt of an intent may have taken money, or still may.
create unique index attempt_one_open on storno.attempt (account_id, rental_id, purpose, occurrence)
  where state <> 'failed_final';

-- One row is what somebody saw about an attempt, and how.
create table storno.evidence (
  account_id text not null,
  rental_id text not null,
  purpose text not null,
  occurrence integer not null,
  generation integer not null,
  version integer not null,
  source text not null check (source in ('answer', 'look_up', 'event', 'listing', 'poll')),
  outcome text not null check (outcome in ('succeeded', 'pending', 'failed_final', 'unknown', 'absent')),
  provider_ref text,
  amount_minor bigint,
  currency text,
  decline_code text check (length(decline_code) <= 100),
  detail text not null check (length(detail) <= 1000),
  seen_at timestamptz not null,
  constraint evidence_pkey primary key (account_id, rental_id, purpose, occurrence, generation, version)
) partition by hash (account_id);

-- One row is a charge at the provider that took money for an obligation, with what became of it since.
create table storno.capture (
  account_id text not null,
  rental_id text not null,
  purpose text not null,
  occurrence integer not null,
  provider text not null,
  merchant_account text not null,
  provider_ref text not null,
  is_surplus boolean not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  captured_minor bigint not null check (captured_minor > 0),
  refunded_minor bigint not null,
  reserved_minor bigint not null,
  transferred_minor bigint not null,
  disputed_minor bigint not null,
  disputed_excess_minor bigint not null check (disputed_excess_minor >= 0),
  captured_at timestamptz not null,
  constraint capture_pkey primary key
    (account_id, rental_id, purpose, occurrence, provider, merchant_account, provider_ref),
  constraint capture_intent_fkey foreign key (account_id, rental_id, purpose, occurrence)
    references storno.charge_intent (account_id, rental_id, purpose, occurrence),
  -- INV-4. A chargeback after a paid refund comes from outside and stands in disputed_excess_minor.
  constraint capture_never_given_back_twice check (
    refunded_minor >= 0 and reserved_minor >= 0 and transferred_minor >= 0 and disputed_minor >= 0
    and refunded_minor + reserved_minor + transferred_minor + disputed_minor <= captured_minor
  )
) partition by hash (account_id);

-- INV-1 once more, where the money is: one capture an obligation is the right one, every other is surplus.
create unique index capture_one_right on storno.capture (account_id, rental_id, purpose, occurrence)
  where not is_surplus;
