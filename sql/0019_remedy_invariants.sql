-- The invariants of refunds, as questions like those of the books: computed from the rows by another road than the
-- constraints and counters that refuse most of it.

-- INV-4 as before, but that charges of other systems may be given back as well: those are counted by their liability.
create or replace function storno.violations_of_giving_back() returns setof text
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
    select given.account_id, given.currency, sum(given.refunded) as refunded, sum(given.disputed) as disputed
    from (
      select c.account_id, c.currency::text as currency, c.refunded_minor as refunded,
        c.disputed_minor + c.disputed_excess_minor as disputed
      from storno.capture as c
      union all
      select l.account_id, l.currency::text, l.refunded_minor, 0
      from storno.liability as l
      where l.refunded_minor > 0 and not exists (
        select from storno.capture as c
        where c.account_id = l.account_id and c.provider = l.provider and c.merchant_account = l.merchant_account
          and c.provider_ref = l.payment_id
      )
    ) as given
    group by 1, 2
  ) as counted
  full join (
    select t.account_id, t.asset::text as currency,
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

-- INV-5: what a liability counts is what its refunds came to, over all plans and channels.
create function storno.violations_of_discharging() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-5 liability %s of account %s counts %s under way, %s refunded, %s transferred and %s credited; '
      || 'its refunds come to %s, %s, %s and %s', l.liability_id, l.account_id, l.reserved_minor, l.refunded_minor,
    l.transferred_minor, l.credited_minor, coalesce(r.reserved, 0), coalesce(r.refunded, 0),
    coalesce(r.transferred, 0), coalesce(r.credited, 0))
  from storno.liability as l
  left join lateral (
    select sum(f.amount_minor) filter (where a.state in ('sent', 'pending')) as reserved,
      sum(f.amount_minor) filter (where a.state = 'succeeded' and f.channel = 'original_payment') as refunded,
      sum(f.amount_minor) filter (where a.state = 'succeeded' and f.channel in ('credit_transfer', 'reversal'))
        as transferred,
      sum(f.amount_minor) filter (where f.state = 'succeeded' and f.channel = 'account_credit') as credited
    from storno.refund as f
    left join storno.refund_attempt as a on a.account_id = f.account_id and a.plan_id = f.plan_id
      and a.liability_id = f.liability_id and a.state <> 'failed_final'
    where f.account_id = l.account_id and f.liability_id = l.liability_id
  ) as r on true
  where (l.reserved_minor, l.refunded_minor, l.transferred_minor, l.credited_minor) is distinct from
    (coalesce(r.reserved, 0), coalesce(r.refunded, 0), coalesce(r.transferred, 0), coalesce(r.credited, 0))
  limit 100)
$$;

-- INV-11: the outcome of a refund rests on evidence about its attempt, and nothing is due while one may be under way.
create function storno.violations_of_refund_evidence() returns setof text
language sql stable
set search_path = ''
as $$
  (select format('INV-11 refund attempt %s is %s without evidence', a.idempotency_key, a.state)
  from storno.refund_attempt as a
  where a.state in ('succeeded', 'failed_final') and not exists (
    select from storno.refund_evidence as e
    where e.account_id = a.account_id and e.plan_id = a.plan_id and e.liability_id = a.liability_id
      and e.generation = a.generation and e.outcome = a.state
  )
  limit 100)
  union all
  (select format('INV-11 the refund of %s is %s while attempt %s is %s', r.liability_id, r.state, a.generation, a.state)
  from storno.refund as r
  join storno.refund_attempt as a using (account_id, plan_id, liability_id)
  where (r.state in ('due', 'not_owed', 'canceled') and a.state <> 'failed_final')
    or (r.state in ('succeeded', 'failed') and a.state in ('sent', 'pending'))
  limit 100)
  union all
  (select format('INV-11 the refund of %s is %s without an attempt', r.liability_id, r.state)
  from storno.refund as r
  where r.state in ('in_flight', 'pending') and not exists (
    select from storno.refund_attempt as a
    where a.account_id = r.account_id and a.plan_id = r.plan_id and a.liability_id = r.liability_id
      and a.state in ('sent', 'pending')
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
  select storno.violations_of_discharging()
  union all
  select storno.violations_of_refund_evidence()
$$;

grant execute on function storno.violations_of_discharging(), storno.violations_of_refund_evidence()
  to storno_api, storno_worker, storno_auditor, storno_support;
