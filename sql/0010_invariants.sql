-- The invariants of the books and of charging, as a question: each row of the answer is one violation in words. The
-- constraints refuse most of it; this is computed by another road, from the rows themselves, so that a constraint that
-- was dropped or a rule that was wrong shows. At most a hundred violations of each kind are told.

-- INV-1: for one obligation money is taken once; what came beyond it is marked as surplus.
create function storno.violations_of_taking_once() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-1 %s:%s:%s has %s captures that count', c.rental_id, c.purpose, c.occurrence, count(*))
  from storno.capture as c
  where not c.is_surplus
  group by c.account_id, c.rental_id, c.purpose, c.occurrence
  having count(*) > 1
  limit 100)
  union all
  (select format('INV-1 %s has %s rental intents that hold', i.rental_id, count(*))
  from storno.charge_intent as i
  where i.purpose = 'rental' and i.state <> 'voided'
  group by i.account_id, i.rental_id
  having count(*) > 1
  limit 100)
  union all
  (select format('INV-1 %s:%s:%s has two attempts that may take money', a.rental_id, a.purpose, a.occurrence)
  from storno.attempt as a
  where a.state <> 'failed_final'
  group by a.account_id, a.rental_id, a.purpose, a.occurrence
  having count(*) > 1
  limit 100)
  union all
  (select format('INV-1 rental %s was said for %s and for %s', r.rental_id, k.account_id, r.account_id)
  from storno.rental as r
  left join storno.rental_key as k on k.rental_id = r.rental_id
  where k.account_id is distinct from r.account_id
  limit 100)
$$;

-- INV-2: what is booked as taken is what was taken, and an intent counts as charged only if its amount was.
create function storno.violations_of_booking() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-2 capture %s is not booked with its amount', c.provider_ref)
  from storno.capture as c
  left join storno.transfer as t on t.account_id = c.account_id
    and t.kind = case when c.is_surplus then 'surplus_capture' else 'capture' end
    and t.source_ref = c.provider || ':' || c.merchant_account || ':' || c.provider_ref
  where t.amount is distinct from c.captured_minor or t.asset is distinct from c.currency
  limit 100)
  union all
  (select format('INV-2 transfer %s is booked without a capture', t.kind || ':' || t.source_ref)
  from storno.transfer as t
  where t.kind in ('capture', 'surplus_capture') and not exists (
    select from storno.capture as c
    where c.account_id = t.account_id
      and c.provider || ':' || c.merchant_account || ':' || c.provider_ref = t.source_ref
  )
  limit 100)
  union all
  (select format('INV-2 %s:%s:%s counts as succeeded without a capture of %s %s', i.rental_id, i.purpose, i.occurrence,
    i.amount_minor, i.currency)
  from storno.charge_intent as i
  where i.state = 'succeeded' and not exists (
    select from storno.capture as c
    where c.account_id = i.account_id and c.rental_id = i.rental_id and c.purpose = i.purpose
      and c.occurrence = i.occurrence and not c.is_surplus and c.captured_minor = i.amount_minor
      and c.currency = i.currency
  )
  limit 100)
  union all
  (select format('INV-2 transfer %s of account %s corrects %s, which is not there', t.kind || ':' || t.source_ref,
    t.account_id, t.corrects)
  from storno.transfer as t
  where t.corrects is not null and not exists (
    select from storno.transfer as o where o.account_id = t.account_id and o.kind || ':' || o.source_ref = t.corrects
  )
  limit 100)
$$;

-- INV-3: a rental that holds and costs something is charged, or on its way, or written off; and on its way means that
-- somebody looks at it: `overdue` is how long work may wait while charging runs. Null for `at` leaves time aside.
create function storno.violations_of_finishing(at timestamptz, overdue interval) returns setof text
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
    and exists (select from storno.control as c where c.charging = 'running')
  limit 100)
$$;

-- INV-4: what became of a capture is what was booked, and never more than it.
create function storno.violations_of_giving_back() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-4 capture %s: more given back than the %s %s that were taken', c.provider_ref, c.captured_minor,
    c.currency)
  from storno.capture as c
  where c.refunded_minor + c.reserved_minor + c.transferred_minor + c.disputed_minor > c.captured_minor
  limit 100)
  union all
  (select format('INV-4 account %s: %s %s refunded and %s disputed, but %s and %s booked', account_id,
    coalesce(counted.refunded, 0), currency, coalesce(counted.disputed, 0), coalesce(booked.refunded, 0),
    coalesce(booked.disputed, 0))
  from (
    select c.account_id, c.currency, sum(c.refunded_minor) as refunded,
      sum(c.disputed_minor + c.disputed_excess_minor) as disputed
    from storno.capture as c
    group by 1, 2
  ) as counted
  full join (
    select t.account_id, t.asset as currency,
      sum(case t.kind when 'refund' then t.amount when 'refund_failed' then -t.amount else 0 end) as refunded,
      sum(case t.kind when 'chargeback' then t.amount when 'chargeback_reversal' then -t.amount else 0 end) as disputed
    from storno.transfer as t
    where t.kind in ('refund', 'refund_failed', 'chargeback', 'chargeback_reversal')
    group by 1, 2
  ) as booked using (account_id, currency)
  where coalesce(counted.refunded, 0) <> coalesce(booked.refunded, 0)
    or coalesce(counted.disputed, 0) <> coalesce(booked.disputed, 0)
  limit 100)
$$;

-- INV-6 and INV-7: goodwill once an incident; every minute of a lot is in the books, and the books come out even.
create function storno.violations_of_books() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-6 account %s has %s lots of incident %s', l.account_id, count(*), l.incident_id)
  from storno.lot as l
  where l.incident_id is not null
  group by l.account_id, l.incident_id
  having count(*) > 1
  limit 100)
  union all
  (select format('INV-7 lot %s of account %s has %s minutes left, the books say %s', lot_id, account_id,
    coalesce(lots.remaining, 0), coalesce(books.balance, 0))
  from (select l.account_id, l.lot_id, l.remaining::numeric from storno.lot as l) as lots
  full join (
    select t.account_id, t.dimension as lot_id,
      sum(case 'account_minutes' when t.credit then t.amount when t.debit then -t.amount else 0 end) as balance
    from storno.transfer as t
    where t.asset like 'MIN/%'
    group by 1, 2
  ) as books using (account_id, lot_id)
  where coalesce(lots.remaining, 0) <> coalesce(books.balance, 0)
  limit 100)
  union all
  (select format('INV-7 the books of %s do not come out even: %s', asset, sum(amount))
  from (
    select t.asset, t.amount from storno.transfer as t
    join storno.ledger_account as d on d.ledger_account = t.debit
    union all
    select t.asset, -t.amount from storno.transfer as t
    join storno.ledger_account as c on c.ledger_account = t.credit
  ) as legs
  group by asset
  having sum(amount) <> 0
  limit 100)
$$;

-- INV-11: an attempt's outcome rests on evidence about that attempt, and nothing is due while one may still take money.
-- A person may write off what is parked while its attempt is unknown: whatever is taken for it after all is owed back.
create function storno.violations_of_evidence() returns setof text
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

-- All of them. `at` is now, by the clock of whoever asks.
create function storno.check_invariants(at timestamptz, overdue interval) returns setof text
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

grant execute on function
  storno.violations_of_taking_once(), storno.violations_of_booking(),
  storno.violations_of_finishing(timestamptz, interval), storno.violations_of_giving_back(),
  storno.violations_of_books(), storno.violations_of_evidence(), storno.check_invariants(timestamptz, interval)
  to storno_api, storno_worker, storno_auditor, storno_support;
