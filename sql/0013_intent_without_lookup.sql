-- Whether the rental of an intent exists was looked up for every rental that is written, over all partitions,
-- although the same statement writes both: a fifth of its cost (docs/decisions/0020). No money hangs on it: what is
-- owed stands in the intent itself. The check of the invariants looks instead.
alter table storno.charge_intent drop constraint charge_intent_rental_fkey;

-- What was written together stands together.
create function storno.violations_of_writing() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-3 %s:%s:%s is owed for a rental that is not there', i.rental_id, i.purpose, i.occurrence)
  from storno.charge_intent as i
  where not exists (
    select from storno.rental as r
    where r.account_id = i.account_id and r.rental_id = i.rental_id and r.revision = i.revision
  )
  limit 100)
$$;

create or replace function storno.check_invariants(at timestamptz, overdue interval) returns setof text
language sql stable
set search_path = ''
as $$
  select storno.violations_of_taking_once()
  union all
  select storno.violations_of_booking()
  union all
  select storno.violations_of_finishing(at, overdue)
  union all
  select storno.violations_of_giving_back()
  union all
  select storno.violations_of_books()
  union all
  select storno.violations_of_evidence()
  union all
  select storno.violations_of_writing()
$$;

grant execute on function storno.violations_of_writing() to storno_api, storno_worker, storno_auditor, storno_support;
