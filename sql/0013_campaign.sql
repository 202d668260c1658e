-- Carrying a plan out: one campaign a plan, one refund a row of it, attempts and evidence as in charging.

-- One row is a campaign. It cannot exist without an approval of the plan's digest.
create table storno.campaign (
  campaign_id storno.id not null,
  plan_id text not null,
  digest text not null,
  decision text not null default 'approved' check (decision = 'approved'),
  state text not null check (state in ('running', 'paused', 'halted', 'stopped', 'done')),
  reason storno.text_to_1000 not null,
  -- Refunds that may be begun while the canary is out; null once it is over.
  canary integer check (canary >= 0),
  -- Refunds in ten seconds, over all workers.
  per_ten_seconds storno.ordinal not null,
  -- Halts by itself from so many final failures on among the last hundred outcomes.
  halt_failures storno.ordinal not null,
  version storno.ordinal not null,
  started_by text not null references storno.staff (staff_id),
  started_at timestamptz not null,
  changed_by text not null,
  changed_at timestamptz not null,
  constraint campaign_pkey primary key (campaign_id),
  constraint campaign_plan_once unique (plan_id),
  constraint campaign_approved_fkey foreign key (plan_id, digest, decision)
    references storno.plan_decision (plan_id, digest, decision)
);

-- One row is a refund of a plan: the work queue of the campaign, as charge_intent is that of charging. What is owed
-- over this row was approved: amount and channel are those of the plan's row.
create table storno.refund (
  account_id text not null,
  plan_id text not null references storno.campaign (plan_id),
  liability_id text not null,
  channel text not null,
  amount_minor bigint not null,
  currency text not null,
  provider text not null,
  merchant_account text not null,
  payment_id text not null,
  -- due: not begun. in_flight: perhaps sent. pending: accepted, not decided. quarantined: a person must look.
  -- not_owed: came back elsewhere before anything was sent. canceled: the campaign was stopped before it was begun.
  state text not null check (
    state in ('due', 'in_flight', 'pending', 'succeeded', 'failed', 'quarantined', 'not_owed', 'canceled')
  ),
  reason storno.text_to_1000 not null,
  run_at timestamptz,
  version storno.ordinal not null,
  lease_owner text,
  lease_until timestamptz,
  -- When the provider accepted it, and when it was last known to have succeeded.
  accepted_at timestamptz,
  succeeded_at timestamptz,
  -- Looked at again until here: a refund that succeeded may still fail.
  watched_until timestamptz,
  recorded_at timestamptz not null,
  constraint refund_pkey primary key (account_id, plan_id, liability_id),
  constraint refund_planned_fkey foreign key (account_id, plan_id, liability_id, channel, amount_minor, currency)
    references storno.remedy_plan_refund (account_id, plan_id, liability_id, channel, amount_minor, currency),
  constraint refund_lease_whole check ((lease_owner is null) = (lease_until is null))
);

-- INV-5: of all refunds of one liability one at most is open.
create unique index refund_one_open on storno.refund (account_id, liability_id)
  where state in ('due', 'in_flight', 'pending', 'quarantined');
-- What is to be begun, and what is to be asked for, each in the order in which it waits.
create index refund_due on storno.refund (plan_id, run_at) where state = 'due';
create index refund_run_at on storno.refund (run_at) where run_at is not null and state <> 'due';
create index refund_state on storno.refund (plan_id, state);

-- One row is an attempt, written before it is sent. A further generation exists only after a proven final failure, or
-- in a later plan for what is left; generations of a liability count on over all plans, since the key is made of them.
create table storno.refund_attempt (
  account_id text not null,
  plan_id text not null,
  liability_id text not null,
  generation storno.generation not null,
  idempotency_key storno.idempotency_key not null,
  request_digest storno.digest not null,
  state storno.attempt_state not null,
  sent_at timestamptz not null,
  horizon_at timestamptz not null,
  provider_ref text,
  failure_code storno.text_to_100,
  constraint refund_attempt_pkey primary key (account_id, plan_id, liability_id, generation),
  constraint refund_attempt_refund_fkey foreign key (account_id, plan_id, liability_id)
    references storno.refund (account_id, plan_id, liability_id),
  constraint refund_attempt_key_key unique (account_id, idempotency_key),
  constraint refund_attempt_horizon_after_send check (horizon_at > sent_at)
);

create unique index refund_attempt_one_open on storno.refund_attempt (account_id, plan_id, liability_id)
  where state <> 'failed_final';

create table storno.refund_evidence (
  account_id text not null,
  plan_id text not null,
  liability_id text not null,
  version integer not null,
  generation integer not null,
  source text not null check (source in ('answer', 'look_up', 'event', 'listing', 'poll', 'pre_flight', 'bank_file')),
  outcome text not null check (
    outcome in ('succeeded', 'pending', 'failed_final', 'unknown', 'absent', 'clear', 'returned_elsewhere', 'disputed')
  ),
  provider_ref text,
  code storno.text_to_100,
  detail storno.text_to_1000 not null,
  seen_at timestamptz not null,
  constraint refund_evidence_pkey primary key (account_id, plan_id, liability_id, version)
);

-- The last hundred outcomes decide whether a campaign halts by itself.
create index refund_evidence_outcomes on storno.refund_evidence (plan_id, seen_at)
  where generation > 0 and outcome in ('succeeded', 'failed_final');

-- One row paces all who refund over one account at a provider: from when on the next request may go out.
create table storno.pace (
  provider text not null,
  merchant_account text not null,
  next_at timestamptz not null,
  constraint pace_pkey primary key (provider, merchant_account)
);
