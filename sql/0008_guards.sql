-- What the schema refuses whoever asks, the owner included: grants bind the roles that run the program, these bind a
-- wrong statement in a migration or on a console as well. Every trigger fires always, in replication too.

-- Refuses the removal of a row that may change but must stay.
create function storno.refuse_removal() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% on %.% refused: its rows stay', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;

-- Refuses a step that the life of a row does not have.
create function storno.refuse_step(subject text, reason text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%: %', subject, reason using errcode = 'integrity_constraint_violation';
end
$$;

-- Lets one statement of several parts refuse as a whole: its parts count what they wrote, and where a count is not what
-- it must be, nothing of it stands. The code is of a class that neither SQL nor PostgreSQL uses.
create function storno.hold(fact boolean, refusal text) returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if fact then
    return true;
  end if;
  raise exception '%', refusal using errcode = 'ST001';
end
$$;

-- An intent says what is owed: that never changes. Its version only grows, which is the fence of whoever claimed it
-- before. What is final stays; what was in flight is never taken back without evidence, hence never voided.
create function storno.guard_charge_intent() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'intent ' || new.rental_id || ':' || new.purpose || ':' || new.occurrence;
begin
  if tg_op = 'INSERT' then
    perform storno.refuse_step(subject, 'begins as ' || new.state || ', which is not due, to be run, and in no hands');
  end if;
  if (new.account_id, new.rental_id, new.purpose, new.occurrence, new.revision, new.amount_minor, new.currency,
      new.provider, new.created_at)
    is distinct from
     (old.account_id, old.rental_id, old.purpose, old.occurrence, old.revision, old.amount_minor, old.currency,
      old.provider, old.created_at) then
    perform storno.refuse_step(subject, 'what is owed never changes');
  end if;
  if new.version <= old.version then
    perform storno.refuse_step(subject, 'version ' || new.version || ' after ' || old.version);
  end if;
  if new.declines < old.declines then
    perform storno.refuse_step(subject, 'a decline is not taken back');
  end if;
  if (new.state in ('due', 'in_flight')) <> (new.run_at is not null) then
    perform storno.refuse_step(subject, 'what is final never runs, and nothing else stands still');
  end if;
  if (new.lease_owner is null) <> (new.lease_until is null) then
    perform storno.refuse_step(subject, 'a lease has an owner and an end');
  end if;
  if new.state <> old.state and not (
    case old.state
      when 'due' then new.state in ('in_flight', 'succeeded', 'uncollected', 'voided', 'parked')
      when 'in_flight' then new.state in ('due', 'succeeded', 'uncollected', 'parked')
      when 'parked' then true
      else false
    end
  ) then
    perform storno.refuse_step(subject, old.state || ' never becomes ' || new.state);
  end if;
  return new;
end
$$;

-- An attempt says what was sent: that never changes. Its state moves forward only; what succeeded or has failed for
-- good never changes any more. The next generation begins only after the last has failed for good.
create function storno.guard_attempt() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'attempt ' || new.idempotency_key;
begin
  if tg_op = 'INSERT' then
    if not exists (
      select from storno.attempt as before
      where before.account_id = new.account_id and before.rental_id = new.rental_id and before.purpose = new.purpose
        and before.occurrence = new.occurrence and before.generation = new.generation - 1
        and before.state = 'failed_final'
    ) then
      perform storno.refuse_step(subject, 'the generation before has not failed for good');
    end if;
    return new;
  end if;
  if new is not distinct from old then
    return new;
  end if;
  if old.state in ('succeeded', 'failed_final') then
    perform storno.refuse_step(subject, old.state || ' never changes');
  end if;
  if (new.account_id, new.rental_id, new.purpose, new.occurrence, new.generation, new.idempotency_key,
      new.request_digest, new.provider, new.merchant_account, new.customer_ref, new.method_ref, new.sent_at,
      new.horizon_at)
    is distinct from
     (old.account_id, old.rental_id, old.purpose, old.occurrence, old.generation, old.idempotency_key,
      old.request_digest, old.provider, old.merchant_account, old.customer_ref, old.method_ref, old.sent_at,
      old.horizon_at) then
    perform storno.refuse_step(subject, 'what was sent never changes');
  end if;
  if old.state = 'pending' and new.state = 'sent' then
    perform storno.refuse_step(subject, 'pending never becomes sent');
  end if;
  return new;
end
$$;

-- A capture says what was taken: only what became of it since may change.
create function storno.guard_capture() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.account_id, new.rental_id, new.purpose, new.occurrence, new.provider, new.merchant_account, new.provider_ref,
      new.is_surplus, new.currency, new.captured_minor, new.captured_at)
    is distinct from
     (old.account_id, old.rental_id, old.purpose, old.occurrence, old.provider, old.merchant_account, old.provider_ref,
      old.is_surplus, old.currency, old.captured_minor, old.captured_at) then
    perform storno.refuse_step('capture ' || old.provider_ref, 'what was taken never changes');
  end if;
  return new;
end
$$;

-- Of a lot only what is left of it changes.
create function storno.guard_lot() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.account_id, new.lot_id, new.market, new.minutes, new.valid_from, new.last_day, new.expires_at, new.source,
      new.incident_id, new.recorded_at)
    is distinct from
     (old.account_id, old.lot_id, old.market, old.minutes, old.valid_from, old.last_day, old.expires_at, old.source,
      old.incident_id, old.recorded_at) then
    perform storno.refuse_step('lot ' || old.lot_id, 'only what remains of it changes');
  end if;
  return new;
end
$$;

-- An event is what it is; its position is given once.
create function storno.guard_outbox() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.position is not null
    or (new.event_id, new.account_id, new.type, new.data, new.happened_at)
      is distinct from (old.event_id, old.account_id, old.type, old.data, old.happened_at) then
    perform storno.refuse_step('event ' || old.event_id, 'an event never changes');
  end if;
  return new;
end
$$;

-- A message of a provider is kept as it came; once dealt with, it stays so.
create function storno.guard_inbox() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.provider, new.merchant_account, new.event_id, new.type, new.object_ref, new.body, new.created_at,
      new.received_at)
    is distinct from
     (old.provider, old.merchant_account, old.event_id, old.type, old.object_ref, old.body, old.created_at,
      old.received_at) then
    perform storno.refuse_step('message ' || old.event_id, 'what came never changes');
  end if;
  if old.state in ('done', 'given_up') and new.state <> old.state then
    perform storno.refuse_step('message ' || old.event_id, old.state || ' never becomes ' || new.state);
  end if;
  return new;
end
$$;

-- What a provider did keeps its identity and its amount; only how it stands may change.
create function storno.guard_payment() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.account_id, new.provider, new.merchant_account, new.payment_id, new.kind, new.created_at, new.first_seen_at)
    is distinct from
     (old.account_id, old.provider, old.merchant_account, old.payment_id, old.kind, old.created_at,
      old.first_seen_at) then
    perform storno.refuse_step('payment ' || old.payment_id, 'what it is never changes');
  end if;
  return new;
end
$$;

-- A command is answered once, and the answer is about what was asked.
create function storno.guard_command() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.status is not null
    or (new.key_id, new.idempotency_key, new.fingerprint, new.recorded_at)
      is distinct from (old.key_id, old.idempotency_key, old.fingerprint, old.recorded_at) then
    perform storno.refuse_step('command ' || old.idempotency_key, 'it is answered once');
  end if;
  return new;
end
$$;

-- A key keeps its secret and its rights; a revoked one stays revoked.
create function storno.guard_api_key() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.key_id, new.secret_digest, new.name, new.scopes, new.recorded_at, new.expires_at)
      is distinct from (old.key_id, old.secret_digest, old.name, old.scopes, old.recorded_at, old.expires_at)
    or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at) then
    perform storno.refuse_step('key ' || old.key_id, 'it can only be used and revoked');
  end if;
  return new;
end
$$;

-- The histories are written here and nowhere else, with the rights of the owner: nobody can change without a trace.
create function storno.keep_account() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if (new.account_id, new.recorded_at) is distinct from (old.account_id, old.recorded_at) then
    perform storno.refuse_step('account ' || old.account_id, 'its number never changes');
  end if;
  if new is distinct from old then
    insert into storno.account_history (account_id, changed_at, was)
    values (old.account_id, new.changed_at, to_jsonb(old));
  end if;
  return new;
end
$$;

create function storno.keep_control() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into storno.control_history (set_at, charging, reason, set_by)
  values (old.set_at, old.charging, old.reason, old.set_by);
  return new;
end
$$;

-- The guards are called only where there is something to ask.
create trigger born_due before insert on storno.charge_intent
  for each row
  when (new.state <> 'due' or new.run_at is null or new.lease_owner is not null or new.lease_until is not null)
  execute function storno.guard_charge_intent();
create trigger born_after_failure before insert on storno.attempt
  for each row when (new.generation > 1) execute function storno.guard_attempt();

do $$
declare
  target record;
  written_once constant text[] := array[
    'migration', 'plan', 'ledger_account', 'account_history', 'control_history', 'rental_key', 'rental', 'rental_void',
    'evidence', 'transfer', 'settlement'
  ];
  guarded constant text[] := array[
    'charge_intent', 'attempt', 'capture', 'lot', 'outbox', 'inbox', 'payment', 'command', 'api_key'
  ];
  kept constant text[] := array['account', 'control'];
begin
  for target in
    select c.relname as name, c.relispartition as is_partition
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'storno' and c.relkind in ('r', 'p')
    order by c.relispartition, c.relname
  loop
    -- Emptying a table fires no trigger of its parent and none of its rows.
    execute format(
      'create trigger never_emptied before truncate on storno.%I for each statement execute function %s',
      target.name, 'storno.refuse_removal()'
    );
    execute format('alter table storno.%I enable always trigger never_emptied', target.name);
    -- Triggers of rows are inherited by partitions.
    if target.is_partition then
      continue;
    end if;
    if target.name = any (written_once) then
      execute format(
        'create trigger written_once before update or delete on storno.%I for each row execute function %s',
        target.name, 'storno.refuse_change()'
      );
    else
      execute format(
        'create trigger never_removed before delete on storno.%I for each row execute function %s',
        target.name, 'storno.refuse_removal()'
      );
    end if;
    if target.name = any (guarded) then
      execute format(
        'create trigger guarded before update on storno.%I for each row execute function storno.%I()',
        target.name, 'guard_' || target.name
      );
    end if;
    if target.name = any (kept) then
      execute format(
        'create trigger kept after update on storno.%I for each row execute function storno.%I()',
        target.name, 'keep_' || target.name
      );
    end if;
  end loop;

  for target in
    select c.relname as name, t.tgname as trigger
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'storno' and not t.tgisinternal and t.tgenabled <> 'A'
  loop
    execute format('alter table storno.%I enable always trigger %I', target.name, target.trigger);
  end loop;
end
$$;
