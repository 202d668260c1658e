-- What may stand in the columns of this file.
create domain storno.purpose as text constraint purpose_known check (value in ('rental', 'adjustment'));
create domain storno.intent_state as text constraint intent_state_known
  check (value in ('due', 'in_flight', 'succeeded', 'uncollected', 'voided', 'parked'));
create domain storno.attempt_state as text constraint attempt_state_known
  check (value in ('sent', 'pending', 'succeeded', 'failed_final'));
create domain storno.generation as integer constraint generation_bounded check (value between 1 and 100);
create domain storno.idempotency_key as text constraint idempotency_key_to_255 check (length(value) <= 255);
create domain storno.evidence_source as text constraint evidence_source_known
  check (value in ('answer', 'look_up', 'event', 'listing', 'poll'));
create domain storno.evidence_outcome as text constraint evidence_outcome_known
  check (value in ('succeeded', 'pending', 'failed_final', 'unknown', 'absent'));

-- One row is a rental's id and the account that it was first said for: one rental is nobody else's.
create table storno.rental_key (
  rental_id storno.id not null,
  account_id text not null,
  constraint rental_key_pkey primary key (rental_id)
);

-- One row is a rental as it was said and priced. Never changed; a correction is a further revision.
create table storno.rental (
  account_id text not null,
  rental_id text not null,
  revision storno.ordinal not null,
  vehicle_id storno.text_to_100,
  market text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  distance_meters storno.quantity,
  plan_id text,
  plan_digest text,
  amount_minor storno.amount not null,
  vat_minor storno.amount not null,
  currency storno.currency not null,
  billed_minutes storno.quantity not null,
  price_lines jsonb not null,
  lot_uses jsonb not null,
  recorded_at timestamptz not null,
  constraint rental_pkey primary key (account_id, rental_id, revision),
  -- It ended after it began, VAT is a part of its price, and the price is that of a plan or was stated.
  constraint rental_makes_sense check (
    started_at <= ended_at and vat_minor <= amount_minor and (plan_id is null) = (plan_digest is null)
  )
) partition by hash (account_id);

-- Detection asks for what was said since the last time. Rows come in the order of time, so that a few bytes for each
-- hundred pages find them; a full index would cost every posting.
create index rental_recorded_at on storno.rental using brin (recorded_at);
-- Two drives of one vehicle may stand under two accounts.
create index rental_vehicle on storno.rental (vehicle_id, started_at) where vehicle_id is not null;

-- One row says that a revision of a rental does not hold any more, and why.
create table storno.rental_void (
  account_id text not null,
  rental_id text not null,
  revision integer not null,
  reason storno.text_1_to_500 not null,
  voided_at timestamptz not null,
  constraint rental_void_pkey primary key (account_id, rental_id, revision),
  constraint rental_void_rental_fkey foreign key (account_id, rental_id, revision)
    references storno.rental (account_id, rental_id, revision)
);

-- One row is a charge intent: an obligation that is taken once, for ever. It is the work queue as well: `run_at` and
-- the lease say when it may be worked on, `version` says whose hands may write. That its rental exists is not looked
-- up, since the same statement writes both (docs/decisions/0020); the check of the invariants looks.
create table storno.charge_intent (
  account_id text not null,
  rental_id text not null,
  purpose storno.purpose not null,
  occurrence storno.ordinal not null,
  revision integer not null,
  state storno.intent_state not null,
  amount_minor storno.amount_above_zero not null,
  currency storno.currency not null,
  provider storno.text_1_to_50 not null,
  run_at timestamptz,
  version storno.ordinal not null,
  declines storno.quantity not null,
  lease_owner text,
  lease_until timestamptz,
  created_at timestamptz not null,
  constraint charge_intent_pkey primary key (account_id, rental_id, purpose, occurrence)
) partition by hash (account_id);

-- INV-1: of the occurrences of one purpose, one at most is not voided.
create unique index charge_intent_one_holds on storno.charge_intent (account_id, rental_id, purpose)
  where state <> 'voided' and purpose = 'rental';
create index charge_intent_run_at on storno.charge_intent (run_at) where run_at is not null;
-- The figures of `/metrics` count parked intents every few seconds, however long the history is.
create index charge_intent_parked on storno.charge_intent (account_id) where state = 'parked';

-- One row is an attempt: written before it is sent. A further generation exists only after a proven final failure.
create table storno.attempt (
  account_id text not null,
  rental_id text not null,
  purpose text not null,
  occurrence integer not null,
  generation storno.generation not null,
  state storno.attempt_state not null,
  idempotency_key storno.idempotency_key not null,
  request_digest storno.digest not null,
  provider text not null,
  merchant_account text not null,
  customer_ref text not null,
  method_ref text not null,
  sent_at timestamptz not null,
  horizon_at timestamptz not null,
  provider_ref text,
  decline_code storno.text_to_100,
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
  source storno.evidence_source not null,
  outcome storno.evidence_outcome not null,
  provider_ref text,
  amount_minor bigint,
  currency text,
  decline_code storno.text_to_100,
  detail storno.text_to_1000 not null,
  seen_at timestamptz not null,
  constraint evidence_pkey primary key (account_id, rental_id, purpose, occurrence, generation, version)
);

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
  currency storno.currency not null,
  captured_minor storno.amount_above_zero not null,
  refunded_minor bigint not null,
  reserved_minor bigint not null,
  transferred_minor bigint not null,
  disputed_minor bigint not null,
  disputed_excess_minor storno.amount not null,
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
);

-- INV-1 once more, where the money is: one capture an obligation is the right one, every other is surplus.
create unique index capture_one_right on storno.capture (account_id, rental_id, purpose, occurrence)
  where not is_surplus;
