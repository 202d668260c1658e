-- What the tables of remedy refuse whoever asks, and who may do what: whoever plans and approves never touches a
-- refund, whoever sends never approves.

-- A liability says what is owed: only how much of it was discharged changes, and its version grows.
create function storno.guard_liability() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.reserved_minor <> 0 or new.refunded_minor <> 0 or new.transferred_minor <> 0 or new.credited_minor <> 0
      or new.unpayable_minor <> 0 then
      perform storno.refuse_step('liability ' || new.liability_id, 'it begins with nothing discharged by us');
    end if;
    return new;
  end if;
  if (new.account_id, new.liability_id, new.incident_id, new.finding_id, new.kind, new.provider, new.merchant_account,
      new.payment_id, new.kept_payment_id, new.rental_id, new.owed_minor, new.currency, new.recorded_at)
    is distinct from
     (old.account_id, old.liability_id, old.incident_id, old.finding_id, old.kind, old.provider, old.merchant_account,
      old.payment_id, old.kept_payment_id, old.rental_id, old.owed_minor, old.currency, old.recorded_at) then
    perform storno.refuse_step('liability ' || old.liability_id, 'what is owed never changes');
  end if;
  if new.version <= old.version then
    perform storno.refuse_step('liability ' || old.liability_id, 'version ' || new.version || ' after ' || old.version);
  end if;
  return new;
end
$$;

-- A campaign keeps its plan and its approval; what was stopped or is done never runs again.
create function storno.guard_campaign() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.campaign_id, new.plan_id, new.digest, new.decision, new.started_by, new.started_at)
    is distinct from
     (old.campaign_id, old.plan_id, old.digest, old.decision, old.started_by, old.started_at) then
    perform storno.refuse_step('campaign ' || old.campaign_id, 'its plan never changes');
  end if;
  if new.version <= old.version then
    perform storno.refuse_step('campaign ' || old.campaign_id, 'version ' || new.version || ' after ' || old.version);
  end if;
  if old.state in ('stopped', 'done') and new.state <> old.state then
    perform storno.refuse_step('campaign ' || old.campaign_id, old.state || ' never becomes ' || new.state);
  end if;
  return new;
end
$$;

-- A refund keeps what was approved. What succeeded may only fail, later; what failed for good stays so; nothing is
-- called back to the start while anything of it may be under way.
create function storno.guard_refund() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'refund of ' || new.liability_id;
begin
  if (new.account_id, new.plan_id, new.liability_id, new.channel, new.amount_minor, new.currency, new.provider,
      new.merchant_account, new.payment_id, new.recorded_at)
    is distinct from
     (old.account_id, old.plan_id, old.liability_id, old.channel, old.amount_minor, old.currency, old.provider,
      old.merchant_account, old.payment_id, old.recorded_at) then
    perform storno.refuse_step(subject, 'what was approved never changes');
  end if;
  if new.version <= old.version then
    perform storno.refuse_step(subject, 'version ' || new.version || ' after ' || old.version);
  end if;
  if new.state <> old.state and not (
    case old.state
      when 'due' then new.state in ('in_flight', 'quarantined', 'not_owed', 'canceled', 'failed')
        or (new.state = 'succeeded' and new.channel = 'account_credit')
      when 'in_flight' then new.state in ('due', 'pending', 'succeeded', 'failed', 'quarantined')
      when 'pending' then new.state in ('due', 'succeeded', 'failed', 'quarantined')
      when 'quarantined' then true
      when 'succeeded' then new.state = 'failed'
      else false
    end
  ) then
    perform storno.refuse_step(subject, old.state || ' never becomes ' || new.state);
  end if;
  if new.state in ('due', 'not_owed', 'canceled') and new.state <> old.state and exists (
    select from storno.refund_attempt as a
    where a.account_id = new.account_id and a.plan_id = new.plan_id and a.liability_id = new.liability_id
      and a.state <> 'failed_final'
  ) then
    perform storno.refuse_step(subject, new.state || ' while an attempt may have paid it');
  end if;
  return new;
end
$$;

-- As in charging: what was sent never changes, and the next generation begins only after the last failed for good, or
-- in another plan than one that succeeded.
create function storno.guard_refund_attempt() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'refund attempt ' || new.idempotency_key;
begin
  if tg_op = 'INSERT' then
    if new.generation > 1 and not exists (
      select from storno.refund_attempt as before
      where before.account_id = new.account_id and before.liability_id = new.liability_id
        and before.generation = new.generation - 1
        and (before.state = 'failed_final' or (before.state = 'succeeded' and before.plan_id <> new.plan_id))
    ) then
      perform storno.refuse_step(subject, 'the generation before has not failed for good');
    end if;
    return new;
  end if;
  if (new.account_id, new.plan_id, new.liability_id, new.generation, new.idempotency_key, new.request_digest,
      new.sent_at, new.horizon_at)
    is distinct from
     (old.account_id, old.plan_id, old.liability_id, old.generation, old.idempotency_key, old.request_digest,
      old.sent_at, old.horizon_at) then
    perform storno.refuse_step(subject, 'what was sent never changes');
  end if;
  -- A refund that succeeded may fail within weeks, and only that.
  if new.state <> old.state and (
    old.state = 'failed_final' or (old.state = 'succeeded' and new.state <> 'failed_final')
    or (old.state = 'pending' and new.state = 'sent')
  ) then
    perform storno.refuse_step(subject, old.state || ' never becomes ' || new.state);
  end if;
  return new;
end
$$;

-- Of a person name, roles and his own account may change, and he may go.
create function storno.guard_staff() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.staff_id, new.recorded_at) is distinct from (old.staff_id, old.recorded_at) then
    perform storno.refuse_step('person ' || old.staff_id, 'the id never changes');
  end if;
  return new;
end
$$;

-- Seals a list of tables: never emptied, never removed; written once, or changed only as its guard allows. Later files
-- use it for their own.
create procedure storno.protect(written_once text[], guarded text[])
language plpgsql
set search_path = ''
as $$
declare
  target text;
begin
  foreach target in array written_once || guarded loop
    execute format(
      'create trigger never_emptied before truncate on storno.%I for each statement execute function %s',
      target, 'storno.refuse_removal()'
    );
    execute format('alter table storno.%I enable always trigger never_emptied', target);
  end loop;
  foreach target in array written_once loop
    execute format(
      'create trigger written_once before update or delete on storno.%I for each row execute function %s',
      target, 'storno.refuse_change()'
    );
    execute format('alter table storno.%I enable always trigger written_once', target);
  end loop;
  foreach target in array guarded loop
    execute format(
      'create trigger never_removed before delete on storno.%I for each row execute function %s',
      target, 'storno.refuse_removal()'
    );
    execute format('alter table storno.%I enable always trigger never_removed', target);
    if to_regprocedure('storno.guard_' || target || '()') is not null then
      execute format(
        'create trigger guarded before update on storno.%I for each row execute function storno.%I()',
        target, 'guard_' || target
      );
      execute format('alter table storno.%I enable always trigger guarded', target);
    end if;
  end loop;
end
$$;
revoke execute on procedure storno.protect(text[], text[]) from public;

call storno.protect(
  array['incident', 'incident_finding', 'finding_review', 'assumption', 'complaint', 'victim_list', 'victim',
    'outside_sample', 'outside_look', 'prevention', 'incident_closure', 'remedy_policy', 'remedy_plan',
    'remedy_plan_account', 'remedy_plan_refund', 'remedy_plan_exclusion', 'plan_sample', 'plan_sample_opened',
    'plan_decision', 'refund_evidence'],
  array['staff', 'liability', 'campaign', 'refund', 'refund_attempt', 'pace']
);

create trigger born_with_nothing before insert on storno.liability
  for each row execute function storno.guard_liability();
alter table storno.liability enable always trigger born_with_nothing;
create trigger born_after_failure before insert on storno.refund_attempt
  for each row when (new.generation > 1) execute function storno.guard_refund_attempt();
alter table storno.refund_attempt enable always trigger born_after_failure;

-- What was frozen is whole: the rows of a plan, and the findings and the sample of an incident, are written in the
-- transaction that writes its head, or never. After that nobody can slip one in, before or after an approval.
create function storno.guard_frozen() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  late text;
begin
  if tg_argv[0] = 'remedy_plan' then
    select p.plan_id into late from storno.remedy_plan as p
    where p.xmin <> pg_current_xact_id()::xid and p.plan_id in (select a.plan_id from added as a)
    limit 1;
  else
    select i.incident_id into late from storno.incident as i
    where i.xmin <> pg_current_xact_id()::xid and i.incident_id in (select a.incident_id from added as a)
    limit 1;
  end if;
  if late is not null then
    perform storno.refuse_step(tg_table_name || ' of ' || late, 'it was frozen when it was written');
  end if;
  return null;
end
$$;

do $$
declare
  frozen record;
begin
  for frozen in
    select * from (values
      ('remedy_plan_account', 'remedy_plan'), ('remedy_plan_refund', 'remedy_plan'),
      ('remedy_plan_exclusion', 'remedy_plan'), ('plan_sample', 'remedy_plan'),
      ('incident_finding', 'incident'), ('outside_sample', 'incident')
    ) as f (name, head)
  loop
    execute format(
      'create trigger frozen after insert on storno.%I referencing new table as added for each statement '
      'execute function storno.guard_frozen(%L)',
      frozen.name, frozen.head
    );
    execute format('alter table storno.%I enable always trigger frozen', frozen.name);
  end loop;
end
$$;

revoke execute on all functions in schema storno from public;

do $$
declare
  target text;
begin
  foreach target in array array['staff', 'incident', 'incident_finding', 'finding_review', 'assumption', 'complaint',
    'victim_list', 'victim', 'outside_sample', 'outside_look', 'prevention', 'incident_closure', 'liability',
    'remedy_policy', 'remedy_plan', 'remedy_plan_account', 'remedy_plan_refund', 'remedy_plan_exclusion',
    'plan_sample', 'plan_sample_opened', 'plan_decision', 'campaign', 'refund', 'refund_attempt', 'refund_evidence',
    'pace']
  loop
    execute format('grant select on storno.%I to storno_api, storno_worker, storno_auditor, storno_support', target);
  end loop;
end
$$;
grant select (staff_id) on storno.api_key to storno_auditor, storno_support;

-- Whoever finds, plans, approves and governs.
grant insert on storno.staff, storno.incident, storno.incident_finding, storno.finding_review, storno.assumption,
  storno.complaint, storno.victim_list, storno.victim, storno.outside_sample, storno.outside_look, storno.prevention,
  storno.incident_closure, storno.liability, storno.remedy_policy, storno.remedy_plan, storno.remedy_plan_account,
  storno.remedy_plan_refund, storno.remedy_plan_exclusion, storno.plan_sample, storno.plan_sample_opened,
  storno.plan_decision, storno.campaign
  to storno_api;
grant update (name, roles, account_id, disabled_at) on storno.staff to storno_api;
grant update (state, reason, canary, per_ten_seconds, version, changed_by, changed_at) on storno.campaign
  to storno_api, storno_worker;

-- Whoever sends.
grant insert on storno.refund, storno.refund_attempt, storno.refund_evidence, storno.pace to storno_worker;
grant update (state, reason, run_at, version, lease_owner, lease_until, accepted_at, succeeded_at, watched_until)
  on storno.refund to storno_worker;
grant update (state, provider_ref, failure_code) on storno.refund_attempt to storno_worker;
grant update (next_at) on storno.pace to storno_worker;
-- Both hear of what came back elsewhere; only who sends counts what was sent.
grant update (elsewhere_minor, version) on storno.liability to storno_api, storno_worker;
grant update (reserved_minor, refunded_minor, transferred_minor, credited_minor, unpayable_minor)
  on storno.liability to storno_worker;
