-- Roles, schemas, and what keeps append-only rows from ever changing. Runs as the owner, who runs nothing else.

create schema storno;
create schema storno_pii;

-- Refuses every change of a row that was written for good, whoever asks.
create function storno.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% on %.% refused: its rows are written once', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
