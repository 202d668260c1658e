-- What went wrong, for whom, and what is owed: an incident with its frozen scope, and its liabilities. Rows of this
-- file are written once but for the counters of a liability; what happens later is a further row.

-- One row is a person who works here. Keys may be a person's; decisions always are.
create table storno.staff (
  staff_id storno.id not null,
  name text not null check (length(name) between 1 and 200),
  roles text[] not null check (
    roles <@ array['viewer', 'support', 'operator', 'approver', 'auditor', 'admin'] and cardinality(roles) > 0
  ),
  -- His own account as a customer, if he has one: he decides nothing about it.
  account_id text,
  recorded_at timestamptz not null,
  disabled_at timestamptz,
  constraint staff_pkey primary key (staff_id)
);

alter table storno.api_key add column staff_id text;
alter table storno.api_key add constraint api_key_staff_fkey foreign key (staff_id) references storno.staff (staff_id);

-- One row is an incident: one cause, one period. What was searched, from when on and why, and what was found, frozen.
create table storno.incident (
  incident_id storno.id not null,
  title storno.text_1_to_500 not null,
  source text not null check (source in ('files', 'database')),
  -- When the affected rentals ended, and when the wrong charges were made; null where nothing is wrong.
  affected_from timestamptz,
  affected_to timestamptz,
  charged_from timestamptz,
  charged_to timestamptz,
  look_back_from timestamptz not null,
  look_back_reason storno.text_1_to_500 not null,
  -- What was asked: source, files with their SHA-256, layers, counts read, used, repeated, rejected.
  scope_query jsonb not null,
  -- SHA-256 over the canonical lines of incident_finding, in order (core/remedy/incident.ts).
  scope_digest storno.digest not null,
  findings storno.quantity not null,
  accounts storno.quantity not null,
  -- Causes with score and evidence, best first; what cannot be told.
  diagnosis jsonb not null,
  opened_by text not null,
  opened_at timestamptz not null,
  constraint incident_pkey primary key (incident_id),
  constraint incident_opened_by_fkey foreign key (opened_by) references storno.staff (staff_id)
);

-- One row is a finding of an incident as it was found, with its evidence. account_id is empty where nobody is known.
create table storno.incident_finding (
  account_id text not null,
  incident_id text not null,
  finding_id storno.text_1_to_500 not null,
  class storno.text_1_to_50 not null,
  grade text not null check (grade in ('proven', 'probable', 'possible')),
  rental_id text,
  provider text not null,
  merchant_account text not null,
  payment_id text,
  kept_payment_id text,
  amount_minor storno.amount not null,
  refund_due_minor storno.amount not null,
  currency storno.currency not null,
  reason text not null check (length(reason) <= 2000),
  -- Rental, wrong and kept payment, layer counts: what a person and a letter are shown.
  evidence jsonb not null,
  constraint incident_finding_pkey primary key (account_id, incident_id, finding_id),
  constraint incident_finding_incident_fkey foreign key (incident_id) references storno.incident (incident_id),
  constraint incident_finding_due_within_amount check (refund_due_minor <= amount_minor)
);

create index incident_finding_incident on storno.incident_finding (incident_id, account_id);

-- One row is what a person decided about a finding that a machine may not pay alone. The last one holds.
create table storno.finding_review (
  account_id text not null,
  incident_id text not null,
  finding_id text not null,
  ordinal storno.ordinal not null,
  verdict text not null check (verdict in ('accepted', 'rejected')),
  reason storno.text_1_to_500 not null,
  reviewed_by text not null references storno.staff (staff_id),
  reviewed_at timestamptz not null,
  constraint finding_review_pkey primary key (account_id, incident_id, finding_id, ordinal),
  constraint finding_review_finding_fkey foreign key (account_id, incident_id, finding_id)
    references storno.incident_finding (account_id, incident_id, finding_id)
);

-- One row is something taken for granted, and in whose favour.
create table storno.assumption (
  incident_id text not null references storno.incident (incident_id),
  ordinal storno.ordinal not null,
  text storno.text_to_1000 not null,
  direction text not null check (direction in ('consumer_favourable', 'neutral', 'operator_favourable')),
  evidence storno.text_to_1000 not null,
  recorded_by text not null references storno.staff (staff_id),
  recorded_at timestamptz not null,
  constraint assumption_pkey primary key (incident_id, ordinal)
);

-- One row is a complaint that belongs to the incident. Who of the affected never complained is counted from here.
create table storno.complaint (
  account_id text not null,
  incident_id text not null references storno.incident (incident_id),
  complaint_id storno.id not null,
  received_at timestamptz not null,
  recorded_by text not null references storno.staff (staff_id),
  recorded_at timestamptz not null,
  constraint complaint_pkey primary key (account_id, incident_id, complaint_id)
);

-- One row is a list of victims that a provider or a bank sent, and one row below is a line of it.
create table storno.victim_list (
  incident_id text not null references storno.incident (incident_id),
  list_id storno.id not null,
  sent_by storno.text_1_to_500 not null,
  sha256 storno.digest not null,
  imported_by text not null references storno.staff (staff_id),
  imported_at timestamptz not null,
  constraint victim_list_pkey primary key (incident_id, list_id),
  constraint victim_list_once unique (incident_id, sha256)
);

create table storno.victim (
  incident_id text not null,
  list_id text not null,
  line storno.ordinal not null,
  payment_id storno.text_1_to_500 not null,
  amount_minor storno.amount not null,
  currency storno.currency not null,
  constraint victim_pkey primary key (incident_id, list_id, line),
  constraint victim_list_fkey foreign key (incident_id, list_id) references storno.victim_list (incident_id, list_id)
);

-- One row is a rental outside the scope that a person must look at, drawn when the incident was opened.
create table storno.outside_sample (
  account_id text not null,
  incident_id text not null references storno.incident (incident_id),
  rental_id text not null,
  -- Before, after, elsewhere: from which part outside the scope it was drawn.
  stratum storno.text_1_to_50 not null,
  evidence jsonb not null,
  constraint outside_sample_pkey primary key (account_id, incident_id, rental_id)
);

create table storno.outside_look (
  account_id text not null,
  incident_id text not null,
  rental_id text not null,
  verdict text not null check (verdict in ('clean', 'affected')),
  note storno.text_to_1000 not null,
  looked_by text not null references storno.staff (staff_id),
  looked_at timestamptz not null,
  constraint outside_look_pkey primary key (account_id, incident_id, rental_id),
  constraint outside_look_sample_fkey foreign key (account_id, incident_id, rental_id)
    references storno.outside_sample (account_id, incident_id, rental_id)
);

-- One row is what must be done so that it cannot happen again; a later ordinal of a measure takes the place of the one
-- before.
create table storno.prevention (
  incident_id text not null references storno.incident (incident_id),
  measure storno.text_1_to_500 not null,
  ordinal storno.ordinal not null,
  owner storno.text_to_200 not null,
  test storno.text_to_1000 not null,
  state text not null check (state in ('open', 'done', 'refused')),
  recorded_by text not null references storno.staff (staff_id),
  recorded_at timestamptz not null,
  constraint prevention_pkey primary key (incident_id, measure, ordinal)
);

-- One row says that an incident was closed, and what remains unpaid.
create table storno.incident_closure (
  incident_id text not null references storno.incident (incident_id),
  remains jsonb not null,
  closed_by text not null references storno.staff (staff_id),
  closed_at timestamptz not null,
  constraint incident_closure_pkey primary key (incident_id)
);

-- One row is what is owed for one wrong charge: for the payment itself, or as interest on it. It is discharged once,
-- over whatever channel: every channel takes from the same row.
create table storno.liability (
  account_id text not null,
  liability_id storno.id not null,
  incident_id text not null references storno.incident (incident_id),
  finding_id text not null,
  kind text not null check (kind in ('principal', 'time_value')),
  provider text not null,
  merchant_account text not null,
  payment_id storno.text_1_to_500 not null,
  -- The charge that stays; null where none does. If it is given back elsewhere, this one is not owed any more.
  kept_payment_id text,
  rental_id text,
  owed_minor storno.amount_above_zero not null,
  currency storno.currency not null,
  -- Under way: an order that is neither known to be carried out nor known to have failed for good.
  reserved_minor bigint not null,
  refunded_minor bigint not null,
  transferred_minor bigint not null,
  credited_minor bigint not null,
  -- Came back over a road that is not ours: a refund made by hand, a dispute, a return by the bank.
  elsewhere_minor bigint not null,
  -- Cannot be paid to anybody; stays owed and is told so. Never part of what was paid.
  unpayable_minor bigint not null,
  version storno.ordinal not null,
  recorded_at timestamptz not null,
  constraint liability_pkey primary key (account_id, liability_id),
  constraint liability_finding_fkey foreign key (account_id, incident_id, finding_id)
    references storno.incident_finding (account_id, incident_id, finding_id),
  -- INV-5: one wrong charge is owed once, whatever incidents find it.
  constraint liability_once unique (account_id, provider, merchant_account, payment_id, kind),
  -- INV-5 over all channels.
  constraint liability_discharged_once check (
    reserved_minor >= 0 and refunded_minor >= 0 and transferred_minor >= 0 and credited_minor >= 0
    and elsewhere_minor >= 0 and unpayable_minor >= 0
    and reserved_minor + refunded_minor + transferred_minor + credited_minor + elsewhere_minor + unpayable_minor
      <= owed_minor
  )
);

create index liability_incident on storno.liability (incident_id, account_id);

-- What we owe for charges that our books never saw: found in files of another system.
insert into storno.ledger_account (ledger_account, normal_side, meaning) values
  ('house_wrongly_charged', 'debit', 'Taken wrongly outside these books, and owed since it was found'),
  ('account_credit', 'credit', 'Money that the customer may drive off'),
  ('house_goodwill', 'debit', 'Money given beyond what was owed');

alter domain storno.ledger_line drop constraint ledger_line_in_chart;
do $$
begin
  execute (
    select format('alter domain storno.ledger_line add constraint ledger_line_in_chart check (value in (%s))',
      string_agg(quote_literal(ledger_account), ', ' order by ledger_account))
    from storno.ledger_account
  );
end
$$;
