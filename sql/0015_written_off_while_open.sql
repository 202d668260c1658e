-- A person may write off what is parked while its attempt is still unknown: whatever is taken for it after all is owed
-- back. The check called that a violation for ever. Due and voided intents must still have no open attempt.
create or replace function storno.violations_of_evidence() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-11 attempt %s is %s without evidence', a.idempotency_key, a.state)
  from storno.attempt as a
  where a.state in ('succeeded', 'failed_final')
    and not (a.state = 'failed_final' and cardinality(a.absent_at) >= 2)
    and not exists (
      select from storno.evidence as e
      where e.account_id = a.account_id and e.rental_id = a.rental_id and e.purpose = a.purpose
        and e.occurrence = a.occurrence and e.generation = a.generation and e.outcome = a.state
    )
  limit 100)
  union all
  (select format('INV-11 %s:%s:%s is %s while attempt %s is %s', i.rental_id, i.purpose, i.occurrence, i.state,
    a.generation, a.state)
  from storno.charge_intent as i
  join storno.attempt as a using (account_id, rental_id, purpose, occurrence)
  where i.state in ('due', 'voided') and a.state in ('sent', 'pending')
  limit 100)
  union all
  (select format('INV-11 %s:%s:%s is in flight without an attempt', i.rental_id, i.purpose, i.occurrence)
  from storno.charge_intent as i
  where i.state = 'in_flight' and not exists (
    select from storno.attempt as a
    where a.account_id = i.account_id and a.rental_id = i.rental_id and a.purpose = i.purpose
      and a.occurrence = i.occurrence and a.state in ('sent', 'pending')
  )
  limit 100)
$$;

-- `violations_of_finishing` says the same, and said it before: it is looked for once.
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
$$;

drop function storno.violations_of_writing();
