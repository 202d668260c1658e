-- Who may do what. The roles exist already: they belong to the server, not to this database. Nobody may write to a
-- partition: rows are written through their table, or not at all. Where a row may change, the columns are named.

revoke all on schema storno, storno_pii from public;
revoke execute on all functions in schema storno from public;
alter default privileges in schema storno revoke execute on functions from public;
grant usage on schema storno to storno_api, storno_worker, storno_auditor, storno_support;
grant usage on schema storno_pii to storno_api, storno_support;
grant execute on function storno.refuse_step(text, text), storno.hold(boolean, text) to storno_api, storno_worker;

-- Everybody reads everything but secrets, and what may hold personal data.
do $$
declare
  target record;
  private constant text[] := array['api_key', 'webhook_endpoint', 'inbox', 'command'];
begin
  for target in
    select c.relname as name
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'storno' and c.relkind in ('r', 'p') and not c.relispartition
  loop
    execute format('grant select on storno.%I to storno_api', target.name);
    -- Answers to commands may hold a secret that was shown once.
    if target.name <> 'command' then
      execute format('grant select on storno.%I to storno_worker', target.name);
    end if;
    if not target.name = any (private) then
      execute format('grant select on storno.%I to storno_auditor, storno_support', target.name);
    end if;
  end loop;
end
$$;

-- Over all history detection reads one partition after the other.
do $$
declare
  partition_name text;
begin
  for partition_name in
    select parent || '_' || remainder
    from unnest(array['rental', 'charge_intent', 'attempt', 'payment']) as parent
    cross join generate_series(0, 7) as remainder
  loop
    execute format('grant select on storno.%I to storno_worker, storno_auditor', partition_name);
  end loop;
end
$$;

grant select (key_id, name, scopes, recorded_at, expires_at, revoked_at, last_used_at) on storno.api_key
  to storno_auditor, storno_support;
grant select (endpoint_id, url, types, state, recorded_at) on storno.webhook_endpoint
  to storno_auditor, storno_support;
grant select (provider, merchant_account, event_id, type, object_ref, created_at, received_at, state, tries, run_at,
    note)
  on storno.inbox to storno_auditor, storno_support;
grant select (key_id, idempotency_key, fingerprint, status, lease_until, recorded_at) on storno.command
  to storno_auditor, storno_support;
grant select on storno_pii.person to storno_support;

-- The API takes in accounts, markets, plans, rentals and what they owe, and voids; it never touches an attempt.
grant insert on
  storno.market, storno.plan, storno.account, storno.rental_key, storno.rental, storno.rental_void,
  storno.charge_intent
  to storno_api;
grant update (time_zone, currency, vat_basis_points) on storno.market to storno_api;
grant update (home_market, locale, provider, merchant_account, customer_ref, method_ref, changed_at) on storno.account
  to storno_api;
grant insert on storno_pii.person to storno_api;
grant select (account_id), update (name, mail, changed_at) on storno_pii.person to storno_api;
grant insert on storno.api_key, storno.command, storno.webhook_endpoint to storno_api;
grant update (revoked_at, last_used_at) on storno.api_key to storno_api;
grant update (status, body, lease_until) on storno.command to storno_api;

-- The worker charges and watches; it never takes in a rental or an account.
grant insert on storno.attempt, storno.evidence, storno.capture, storno.settlement, storno.payment to storno_worker;
grant update (state, provider_ref, decline_code, absent_at) on storno.attempt to storno_worker;
grant update (parent_payment_id, rental_id, purpose, occurrence, generation, status, amount_minor, currency, code,
    idempotency_key, last_seen_at)
  on storno.payment to storno_worker;
grant update (refunded_minor, reserved_minor, transferred_minor, disputed_minor, disputed_excess_minor)
  on storno.capture to storno_worker;
grant insert on storno.cursor to storno_worker;
grant update (read_to) on storno.cursor to storno_worker;

-- Both: an intent moves on, minutes are given, used, given back and expire, books are written, others are told.
grant update (state, run_at, version, declines, lease_owner, lease_until) on storno.charge_intent
  to storno_api, storno_worker;
-- When an entry was written down is the database's word alone.
grant insert (account_id, kind, source_ref, debit, credit, dimension, asset, amount, corrects, happened_at)
  on storno.transfer to storno_api, storno_worker;
grant insert on storno.lot, storno.outbox, storno.inbox, storno.alarm, storno.webhook_delivery
  to storno_api, storno_worker;
grant update (remaining) on storno.lot to storno_api, storno_worker;
grant update (position) on storno.outbox to storno_api, storno_worker;
grant update (state, tries, run_at, note) on storno.inbox to storno_api, storno_worker;
grant update (message, settled_at) on storno.alarm to storno_api, storno_worker;
grant update (charging, reason, set_by, set_at) on storno.control to storno_api, storno_worker;
grant update (url, secrets, types, state) on storno.webhook_endpoint to storno_api, storno_worker;
grant update (state, tries, run_at, last_status, last_error, first_due_at, last_tried_at) on storno.webhook_delivery
  to storno_api, storno_worker;
