-- What will be done for whom, and who said yes. A plan is written once; any change is another plan. Money moves only
-- for rows of a plan that another person approved by its digest: keys between the tables carry that, not the program.

-- One row is the policy of remedy from here on: data, versioned.
create table storno.remedy_policy (
  version storno.ordinal not null,
  body jsonb not null,
  digest storno.digest not null,
  recorded_by text not null references storno.staff (staff_id),
  recorded_at timestamptz not null,
  constraint remedy_policy_pkey primary key (version)
);

-- One row is a plan. `digest` is the SHA-256 over all its rows (core/remedy/plan.ts), `basis_digest` over the state of
-- the liabilities that it rests on: where that has changed, the plan is stale.
create table storno.remedy_plan (
  plan_id storno.id not null,
  incident_id text not null references storno.incident (incident_id),
  policy_version integer not null references storno.remedy_policy (version),
  digest storno.digest not null,
  basis_digest storno.digest not null,
  accounts storno.quantity not null,
  refunds storno.quantity not null,
  -- {"EUR": 123456}: minor units by currency, over all channels; {"milano": 60}: minutes by market.
  sums jsonb not null,
  minutes jsonb not null,
  samples storno.quantity not null,
  planned_by text not null references storno.staff (staff_id),
  planned_at timestamptz not null,
  constraint remedy_plan_pkey primary key (plan_id),
  constraint remedy_plan_identity unique (plan_id, digest, planned_by, samples)
);

-- One row is what one account gets: minutes (none: 0) and a letter, beside its refunds.
create table storno.remedy_plan_account (
  account_id text not null,
  plan_id text not null references storno.remedy_plan (plan_id),
  market text not null,
  minutes storno.quantity not null,
  -- Money on top, by policy; credited to the account.
  goodwill_minor storno.amount not null,
  currency storno.currency not null,
  valid_days storno.quantity not null,
  letter text not null check (letter in ('refund', 'minutes', 'acquirer', 'none')),
  constraint remedy_plan_account_pkey primary key (account_id, plan_id)
);

-- One row is one refund: so much of one liability over one channel.
create table storno.remedy_plan_refund (
  account_id text not null,
  plan_id text not null,
  liability_id text not null,
  channel text not null check (channel in ('original_payment', 'credit_transfer', 'reversal', 'account_credit')),
  amount_minor storno.amount_above_zero not null,
  currency storno.currency not null,
  constraint remedy_plan_refund_pkey primary key (account_id, plan_id, liability_id),
  constraint remedy_plan_refund_identity unique
    (account_id, plan_id, liability_id, channel, amount_minor, currency),
  constraint remedy_plan_refund_account_fkey foreign key (account_id, plan_id)
    references storno.remedy_plan_account (account_id, plan_id),
  constraint remedy_plan_refund_liability_fkey foreign key (account_id, liability_id)
    references storno.liability (account_id, liability_id)
);

create index remedy_plan_refund_plan on storno.remedy_plan_refund (plan_id, account_id);

-- One row is a finding that the plan leaves out, and why.
create table storno.remedy_plan_exclusion (
  account_id text not null,
  plan_id text not null references storno.remedy_plan (plan_id),
  finding_id text not null,
  amount_minor storno.amount not null,
  currency storno.currency not null,
  reason storno.text_1_to_500 not null,
  constraint remedy_plan_exclusion_pkey primary key (account_id, plan_id, finding_id)
);

-- One row is an account of the plan that whoever approves must have opened, and one below says that he did.
create table storno.plan_sample (
  account_id text not null,
  plan_id text not null,
  constraint plan_sample_pkey primary key (account_id, plan_id),
  constraint plan_sample_account_fkey foreign key (account_id, plan_id)
    references storno.remedy_plan_account (account_id, plan_id)
);

create table storno.plan_sample_opened (
  account_id text not null,
  plan_id text not null,
  opened_by text not null references storno.staff (staff_id),
  opened_at timestamptz not null,
  constraint plan_sample_opened_pkey primary key (account_id, plan_id, opened_by),
  constraint plan_sample_opened_sample_fkey foreign key (account_id, plan_id)
    references storno.plan_sample (account_id, plan_id)
);

-- One row is the decision about a plan: there is one, and it is about these very rows, by another person than he who
-- planned them, who opened every sample. INV-9.
create table storno.plan_decision (
  plan_id text not null,
  digest text not null,
  planned_by text not null,
  samples integer not null,
  decision text not null check (decision in ('approved', 'refused')),
  reason storno.text_1_to_500 not null,
  decided_by text not null references storno.staff (staff_id),
  decided_at timestamptz not null,
  -- Not begun any more from here on.
  expires_at timestamptz not null,
  constraint plan_decision_pkey primary key (plan_id),
  constraint plan_decision_plan_fkey foreign key (plan_id, digest, planned_by, samples)
    references storno.remedy_plan (plan_id, digest, planned_by, samples),
  constraint plan_decision_by_another check (decided_by <> planned_by),
  constraint plan_decision_in_time check (expires_at > decided_at),
  constraint plan_decision_identity unique (plan_id, digest, decision)
);

-- Whoever decides is at work here, may approve, is not among those who get something, and opened every sample.
create function storno.guard_plan_decision() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  decider storno.staff;
begin
  select * into decider from storno.staff as s where s.staff_id = new.decided_by;
  if decider.disabled_at is not null or not ('approver' = any (decider.roles)) then
    perform storno.refuse_step('plan ' || new.plan_id, new.decided_by || ' may not approve');
  end if;
  if new.decision = 'refused' then
    return new;
  end if;
  if exists (
    select from storno.remedy_plan_account as a where a.plan_id = new.plan_id and a.account_id = decider.account_id
  ) then
    perform storno.refuse_step('plan ' || new.plan_id, new.decided_by || ' is among those who get something');
  end if;
  if (
    select count(*) from storno.plan_sample_opened as o
    where o.plan_id = new.plan_id and o.opened_by = new.decided_by
  ) < new.samples then
    perform storno.refuse_step('plan ' || new.plan_id, new.decided_by || ' has not opened every sample');
  end if;
  return new;
end
$$;

create trigger decided_rightly before insert on storno.plan_decision
  for each row execute function storno.guard_plan_decision();
alter table storno.plan_decision enable always trigger decided_rightly;
