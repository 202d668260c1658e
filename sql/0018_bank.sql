-- Money over the bank: where customers want it, the files that order it, and what the bank says of them.

-- One row is where a customer wants his money, as he entered it himself; a later revision takes the place of the one
-- before. Nothing is paid there before `usable_from`: he is told at the address that was known before.
create table storno_pii.bank_account (
  account_id text not null,
  revision storno.ordinal not null,
  iban text not null check (length(iban) between 15 and 34 and iban !~ '[^A-Z0-9]'),
  holder text not null check (length(holder) between 1 and 140),
  entered_by text not null check (length(entered_by) between 1 and 200),
  entered_at timestamptz not null,
  usable_from timestamptz not null,
  constraint bank_account_pkey primary key (account_id, revision),
  constraint bank_account_waits check (usable_from > entered_at)
);

-- One row is a file that went to the bank or came from it. The same bytes are one file, however often they come.
create table storno.bank_file (
  file_id storno.id not null,
  direction text not null check (direction in ('out', 'in')),
  kind storno.text_1_to_50 not null,
  message_id storno.text_to_100 not null,
  sha256 storno.digest not null,
  payments storno.quantity not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  constraint bank_file_pkey primary key (file_id),
  constraint bank_file_once unique (direction, sha256)
);

-- Its bytes hold names and account numbers.
create table storno_pii.bank_file_body (
  file_id text not null,
  body bytea not null check (length(body) <= 100000000),
  constraint bank_file_body_pkey primary key (file_id)
);

-- One row is a refund in a file for the bank. Which account it belongs to stands in its refund: a file is of many.
create table storno.bank_order (
  end_to_end_id text not null check (length(end_to_end_id) between 1 and 35),
  file_id text not null references storno.bank_file (file_id),
  account_id text not null,
  plan_id text not null,
  liability_id text not null,
  generation integer not null,
  amount_minor storno.amount_above_zero not null,
  currency storno.currency not null,
  execute_on date not null,
  promised_on date not null,
  constraint bank_order_pkey primary key (end_to_end_id),
  constraint bank_order_attempt_once unique (account_id, plan_id, liability_id, generation)
);

-- One row is a movement on our account, by the name that it keeps over all statements that tell of it.
create table storno.bank_movement (
  movement_id text not null check (length(movement_id) between 1 and 300),
  file_id text not null references storno.bank_file (file_id),
  amount_minor bigint not null,
  currency storno.currency not null,
  booked_on date not null,
  refs text[] not null,
  return_reason storno.text_to_100,
  constraint bank_movement_pkey primary key (movement_id)
);

-- One row is a person's decision that movements and expectations belong together, and why.
create table storno.bank_match (
  match_id storno.id not null,
  expectation_ids text[] not null check (cardinality(expectation_ids) > 0),
  movement_ids text[] not null check (cardinality(movement_ids) > 0),
  reason storno.text_1_to_500 not null,
  decided_by text not null references storno.staff (staff_id),
  decided_at timestamptz not null,
  constraint bank_match_pkey primary key (match_id)
);

call storno.protect(array['bank_file', 'bank_order', 'bank_movement', 'bank_match'], array[]::text[]);

grant select on storno.bank_file, storno.bank_order, storno.bank_movement, storno.bank_match
  to storno_api, storno_worker, storno_auditor, storno_support;
grant insert on storno.bank_file, storno.bank_order, storno.bank_movement to storno_worker;
grant insert on storno.bank_match to storno_api, storno_worker;
grant insert on storno_pii.bank_account to storno_api;
grant select (account_id, revision) on storno_pii.bank_account to storno_api;
grant select on storno_pii.bank_account to storno_worker, storno_support;
grant insert, select on storno_pii.bank_file_body to storno_worker;
