-- Schemas, the ledger of migrations, and what keeps append-only rows from ever changing. Runs as the owner, who runs
-- nothing else.

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
