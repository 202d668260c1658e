-- What customers are told: one letter for an account, an incident, a kind and an occurrence, for ever. The words as
-- they were sent are personal data and lie apart; their digest stays.

-- One row is a letter: an outbox that is worked off as refunds are.
create table storno.letter (
  account_id text not null,
  letter_id storno.id not null,
  incident_id text not null references storno.incident (incident_id),
  kind storno.text_1_to_50 not null,
  -- The first, the second of its kind: reminders and corrections come more than once.
  occurrence storno.ordinal not null,
  locale text not null check (length(locale) between 2 and 35),
  -- Ids, sums and days: what the words are made from, and no personal data.
  facts jsonb not null,
  -- due: not sent. sending: perhaps sent. unknown: nobody can tell. refused: for good. bounced: came back.
  -- unsendable: there is no address.
  state text not null check (state in ('due', 'sending', 'sent', 'unknown', 'refused', 'bounced', 'unsendable')),
  run_at timestamptz,
  version storno.ordinal not null,
  lease_until timestamptz,
  tries storno.quantity not null,
  message_id text check (length(message_id) <= 300),
  -- SHA-256 of subject, text and HTML as they went out.
  content_digest storno.digest,
  sent_at timestamptz,
  note storno.text_to_1000 not null,
  recorded_at timestamptz not null,
  constraint letter_pkey primary key (account_id, letter_id),
  -- Nobody is told twice.
  constraint letter_once unique (account_id, incident_id, kind, occurrence)
);

create index letter_run_at on storno.letter (run_at) where run_at is not null;
create index letter_incident on storno.letter (incident_id, state);
create index letter_by_id on storno.letter (letter_id);

-- One row says that a letter tells of a refund: of each success and each failure once.
create table storno.letter_refund (
  account_id text not null,
  letter_id text not null,
  plan_id text not null,
  liability_id text not null,
  kind storno.text_1_to_50 not null,
  constraint letter_refund_pkey primary key (account_id, plan_id, liability_id, kind),
  constraint letter_refund_letter_fkey foreign key (account_id, letter_id)
    references storno.letter (account_id, letter_id),
  constraint letter_refund_refund_fkey foreign key (account_id, plan_id, liability_id)
    references storno.refund (account_id, plan_id, liability_id)
);

-- One row is a letter as it went out, for the customer's page and for whoever is asked about it.
create table storno_pii.letter_copy (
  account_id text not null,
  letter_id text not null,
  recipient text not null check (length(recipient) <= 320),
  subject text not null check (length(subject) <= 500),
  text_body text not null check (length(text_body) <= 100000),
  html_body text not null check (length(html_body) <= 500000),
  kept_at timestamptz not null,
  constraint letter_copy_pkey primary key (account_id, letter_id)
);

-- A letter keeps whom and what it tells; what was sent is never unsent, and comes back at most.
create function storno.guard_letter() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'letter ' || old.letter_id;
begin
  if (new.account_id, new.letter_id, new.incident_id, new.kind, new.occurrence, new.locale, new.facts, new.recorded_at)
    is distinct from
     (old.account_id, old.letter_id, old.incident_id, old.kind, old.occurrence, old.locale, old.facts, old.recorded_at)
    or (old.message_id is not null and new.message_id is distinct from old.message_id) then
    perform storno.refuse_step(subject, 'whom it tells what never changes');
  end if;
  if new.version <= old.version then
    perform storno.refuse_step(subject, 'version ' || new.version || ' after ' || old.version);
  end if;
  if new.state <> old.state and not (
    case old.state
      when 'due' then new.state in ('sending', 'unsendable')
      when 'sending' then new.state in ('due', 'sent', 'unknown', 'refused')
      when 'unknown' then new.state in ('due', 'sent', 'bounced')
      when 'sent' then new.state = 'bounced'
      when 'unsendable' then new.state = 'due'
      else false
    end
  ) then
    perform storno.refuse_step(subject, old.state || ' never becomes ' || new.state);
  end if;
  return new;
end
$$;

call storno.protect(array['letter_refund'], array['letter']);
revoke execute on function storno.guard_letter() from public;

grant usage on schema storno_pii to storno_worker;
grant select on storno.letter, storno.letter_refund to storno_api, storno_worker, storno_auditor, storno_support;
grant insert on storno.letter, storno.letter_refund to storno_worker;
grant update (state, run_at, version, lease_until, tries, message_id, content_digest, sent_at, note) on storno.letter
  to storno_worker;
grant select on storno_pii.person to storno_worker;
grant insert on storno_pii.letter_copy to storno_worker;
grant select on storno_pii.letter_copy to storno_worker, storno_support;
grant update (recipient, subject, text_body, html_body, kept_at) on storno_pii.letter_copy to storno_worker;
