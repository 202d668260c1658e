-- One row is a line of the chart of accounts.
create table storno.ledger_account (
  ledger_account text not null check (length(ledger_account) between 1 and 50),
  normal_side text not null check (normal_side in ('debit', 'credit')),
  meaning text not null check (length(meaning) <= 200),
  constraint ledger_account_pkey primary key (ledger_account)
);

insert into storno.ledger_account (ledger_account, normal_side, meaning) values
  ('account_receivable', 'debit', 'What the customer owes for what was delivered'),
  ('account_payable', 'credit', 'What we owe the customer, until it is given back'),
  ('account_minutes', 'credit', 'Free minutes that the customer may still drive'),
  ('house_revenue', 'credit', 'Delivered, net of VAT'),
  ('house_vat', 'credit', 'VAT collected'),
  ('house_clearing', 'debit', 'Captured, not yet in the provider''s ledger; returns to zero'),
  ('house_provider', 'debit', 'Held for us by the provider'),
  ('house_provider_fees', 'debit', 'Kept by the provider'),
  ('house_bank', 'debit', 'Paid out to our bank account'),
  ('house_disputed', 'debit', 'Taken back by customers'' banks'),
  ('house_written_off', 'debit', 'Not collected after the last attempt'),
  ('house_minutes_granted', 'debit', 'Minutes given'),
  ('house_minutes_used', 'credit', 'Minutes driven'),
  ('house_minutes_expired', 'credit', 'Minutes that lapsed');

-- One line of the chart, by its name. To look both sides of every entry up would cost a fifth of a batch.
do $$
begin
  execute (
    select format('create domain storno.ledger_line as text constraint ledger_line_in_chart check (value in (%s))',
      string_agg(quote_literal(ledger_account), ', '))
    from storno.ledger_account
  );
end
$$;

-- One row is an entry: an amount of one asset from one line of the chart to another. Debit and credit stand in one
-- row, so that no entry can be out of balance. Unique by what caused it, so that nothing is booked twice.
create table storno.transfer (
  account_id text not null,
  kind storno.text_1_to_50 not null,
  source_ref storno.text_1_to_500 not null,
  debit storno.ledger_line not null,
  credit storno.ledger_line not null,
  dimension storno.text_to_200 not null,
  asset storno.asset not null,
  amount storno.amount_above_zero not null,
  corrects storno.text_to_600,
  happened_at timestamptz not null,
  recorded_at timestamptz not null default statement_timestamp(),
  constraint transfer_pkey primary key (account_id, kind, source_ref),
  constraint transfer_moves check (debit <> credit)
);

create index transfer_happened_at on storno.transfer using brin (happened_at);

-- One row is a lot of free minutes and what is left of it.
create table storno.lot (
  account_id text not null,
  lot_id text not null check (length(lot_id) between 1 and 100),
  market text not null check (length(market) between 1 and 100),
  minutes integer not null check (minutes > 0),
  remaining integer not null,
  valid_from timestamptz not null,
  last_day date not null,
  expires_at timestamptz not null,
  source text not null check (length(source) between 1 and 100),
  incident_id text check (length(incident_id) between 1 and 100),
  recorded_at timestamptz not null,
  constraint lot_pkey primary key (account_id, lot_id),
  constraint lot_remaining_within check (remaining between 0 and minutes),
  constraint lot_valid_before_expiry check (valid_from < expires_at)
);

-- INV-6: goodwill at most once for an incident and account.
create unique index lot_once_an_incident on storno.lot (account_id, incident_id) where incident_id is not null;
create index lot_expires_at on storno.lot (expires_at) where remaining > 0;
