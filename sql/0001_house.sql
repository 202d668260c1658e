-- Schemas, the ledger of migrations, the words that tables share, and what keeps append-only rows from ever changing.
-- Runs as the owner, who runs nothing else.

create schema storno;
create schema storno_pii;

-- One row is a file of this folder that was applied to this database.
create table storno.migration (
  number integer not null check (number >= 1),
  name text not null check (length(name) between 1 and 200),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz not null,
  constraint migration_pkey primary key (number),
  constraint migration_name_key unique (name)
);

-- What a value must be by itself stands in its type: PostgreSQL reads constraints of a type once a session, those of
-- a table in every statement and for every partition (docs/decisions/0020). Tables keep what compares columns. Lengths
-- stand beside patterns, not in them: counting to a hundred in a pattern takes ten times as long.
create domain storno.ordinal as integer constraint ordinal_from_one check (value >= 1);
create domain storno.quantity as integer constraint quantity_not_negative check (value >= 0);
-- Smallest units of a currency.
create domain storno.amount as bigint constraint amount_not_negative check (value >= 0);
create domain storno.amount_above_zero as bigint constraint amount_above_zero check (value > 0);
-- ISO 4217: three capital letters. No pattern, since it would be matched in every posting.
create domain storno.currency as text constraint currency_is_code
  check (length(value) = 3 and translate(value, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = '');
-- A currency, or the free minutes of a market.
create domain storno.asset as text constraint asset_is_counted check (
  case length(value)
    when 3 then translate(value, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = ''
    else starts_with(value, 'MIN/') and length(value) between 5 and 104
  end
);
create domain storno.digest as text constraint digest_is_sha256
  check (length(value) = 64 and value !~ '[^0-9a-f]');
-- Ids of accounts and rentals are made by others.
create domain storno.id as text constraint id_is_plain
  check (length(value) between 1 and 100 and value !~ '[^A-Za-z0-9._~:-]');
create domain storno.text_1_to_50 as text constraint text_1_to_50 check (length(value) between 1 and 50);
create domain storno.text_1_to_500 as text constraint text_1_to_500 check (length(value) between 1 and 500);
create domain storno.text_to_100 as text constraint text_to_100 check (length(value) <= 100);
create domain storno.text_to_200 as text constraint text_to_200 check (length(value) <= 200);
create domain storno.text_to_600 as text constraint text_to_600 check (length(value) <= 600);
create domain storno.text_to_1000 as text constraint text_to_1000 check (length(value) <= 1000);

-- Refuses every change of a row that was written for good, whoever asks.
create function storno.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% on %.% refused: its rows are written once', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
