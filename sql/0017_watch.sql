-- What is looked for afterwards, and what is not kept for longer than it is needed.

-- INV-3 as before, but for what is overdue: while charging was stopped everything waited, and once it is resumed
-- workers need as long as anybody else.
create or replace function storno.violations_of_finishing(at timestamptz, overdue interval) returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-3 rental %s revision %s costs %s %s and has no intent', r.rental_id, r.revision, r.amount_minor,
    r.currency)
  from storno.rental as r
  where r.amount_minor > 0
    and not exists (
      select from storno.rental_void as v
      where v.account_id = r.account_id and v.rental_id = r.rental_id and v.revision = r.revision
    )
    and not exists (
      select from storno.charge_intent as i
      where i.account_id = r.account_id and i.rental_id = r.rental_id and i.state <> 'voided'
    )
  limit 100)
  union all
  (select format('INV-3 %s:%s:%s is owed for a rental that account %s never had', i.rental_id, i.purpose, i.occurrence,
    i.account_id)
  from storno.charge_intent as i
  where not exists (
    select from storno.rental as r
    where r.account_id = i.account_id and r.rental_id = i.rental_id and r.revision = i.revision
  )
  limit 100)
  union all
  (select format('INV-3 %s:%s:%s is %s although it was paid', i.rental_id, i.purpose, i.occurrence, i.state)
  from storno.charge_intent as i
  where i.state in ('due', 'voided', 'uncollected') and exists (
    select from storno.capture as c
    where c.account_id = i.account_id and c.rental_id = i.rental_id and c.purpose = i.purpose
      and c.occurrence = i.occurrence and not c.is_surplus
  )
  limit 100)
  union all
  (select format('INV-3 %s:%s:%s is %s and has waited since %s', i.rental_id, i.purpose, i.occurrence, i.state,
    i.run_at)
  from storno.charge_intent as i
  where i.run_at < at - overdue
    and (i.lease_until is null or i.lease_until < at - overdue)
    and exists (select from storno.control as c where c.charging = 'running' and c.set_at < at - overdue)
  limit 100)
$$;

-- Whoever parks a charge may die before he says so: the outbox tells what was parked, and why.
create index outbox_parked on storno.outbox (account_id) where type = 'charge.parked';

-- A message of a provider is kept as it came until it is dealt with. Then its bytes go, since they may name a customer;
-- what it was and spoke of stays.
create or replace function storno.guard_inbox() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.provider, new.merchant_account, new.event_id, new.type, new.object_ref, new.created_at, new.received_at)
    is distinct from
     (old.provider, old.merchant_account, old.event_id, old.type, old.object_ref, old.created_at, old.received_at)
    or new.body not in (old.body, '')
  then
    perform storno.refuse_step('message ' || old.event_id, 'what came never changes');
  end if;
  if old.state in ('done', 'given_up') and new.state <> old.state then
    perform storno.refuse_step('message ' || old.event_id, old.state || ' never becomes ' || new.state);
  end if;
  if new.state in ('done', 'given_up') then
    new.body := '';
  elsif new.body <> old.body then
    perform storno.refuse_step('message ' || old.event_id, 'what came is kept until it is dealt with');
  end if;
  return new;
end
$$;

update storno.inbox set body = '' where state in ('done', 'given_up') and body <> '';

-- Whoever sends messages signs them, and may give an address up; he exchanges no secrets.
revoke update (url, secrets, types) on storno.webhook_endpoint from storno_worker;
