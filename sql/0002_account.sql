-- One row is a market: the city or zone whose prices, currency and time zone hold.
create table storno.market (
  market text not null check (length(market) between 1 and 100),
  time_zone text not null check (length(time_zone) between 1 and 100),
  currency storno.currency not null,
  vat_basis_points integer not null check (vat_basis_points between 0 and 10000),
  recorded_at timestamptz not null,
  constraint market_pkey primary key (market)
);

-- One row is a pricing plan as it was loaded, known by where, under which name and from when on it holds: known by its
-- text alone, the same text could not hold in a second market, nor once more after another one. Never changed.
create table storno.plan (
  digest storno.digest not null,
  market text not null,
  plan_id text not null check (length(plan_id) between 1 and 100),
  body text not null check (length(body) <= 100000),
  valid_from timestamptz not null,
  recorded_at timestamptz not null,
  constraint plan_pkey primary key (market, plan_id, valid_from),
  constraint plan_market_fkey foreign key (market) references storno.market (market)
);

-- One row is an account: the customer who pays, by a number that says nothing about him.
create table storno.account (
  account_id storno.id not null,
  home_market text not null check (length(home_market) between 1 and 100),
  locale text not null check (length(locale) between 2 and 35),
  provider text,
  merchant_account text,
  customer_ref text,
  method_ref text,
  recorded_at timestamptz not null,
  changed_at timestamptz not null,
  constraint account_pkey primary key (account_id),
  constraint account_method_whole check (num_nulls(provider, merchant_account, customer_ref, method_ref) in (0, 4))
);

-- One row is what an account was before a change.
create table storno.account_history (
  account_id text not null,
  changed_at timestamptz not null,
  was jsonb not null,
  change bigint generated always as identity,
  constraint account_history_pkey primary key (account_id, change)
);

-- One row is how a person is reached. Apart from the books, so that it can be erased while they stay.
create table storno_pii.person (
  account_id text not null,
  name text check (length(name) <= 200),
  mail text check (length(mail) <= 320),
  changed_at timestamptz not null,
  constraint person_pkey primary key (account_id)
);
