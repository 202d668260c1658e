-- What is told to everybody about an incident, kept in the words in which it was told. An update is a further revision.

-- One row is a statement as a person drafted it, in one language. No name, no account, no sum of one person.
create table storno.statement (
  incident_id text not null references storno.incident (incident_id),
  language text not null check (language in ('it', 'de', 'en')),
  revision storno.ordinal not null,
  locale text not null check (length(locale) between 2 and 35),
  title storno.text_1_to_500 not null,
  body_text text not null check (length(body_text) between 1 and 50000),
  -- A part of a page, without script.
  body_html text not null check (length(body_html) between 1 and 200000),
  -- SHA-256 of title, text and HTML.
  content_digest storno.digest not null,
  -- SHA-256 of what it was made from, without the time of the figures: equal figures make no further revision.
  facts_digest storno.digest not null,
  as_of timestamptz not null,
  zone text not null check (length(zone) between 1 and 100),
  drafted_by text not null references storno.staff (staff_id),
  drafted_at timestamptz not null,
  constraint statement_pkey primary key (incident_id, language, revision),
  constraint statement_identity unique (incident_id, language, revision, content_digest, drafted_by)
);

-- One row says that a statement is public: these very words, by another person than he who drafted them.
create table storno.statement_publication (
  incident_id text not null,
  language text not null,
  revision integer not null,
  content_digest text not null,
  drafted_by text not null,
  published_by text not null references storno.staff (staff_id),
  published_at timestamptz not null,
  constraint statement_publication_pkey primary key (incident_id, language, revision),
  constraint statement_publication_statement_fkey
    foreign key (incident_id, language, revision, content_digest, drafted_by)
    references storno.statement (incident_id, language, revision, content_digest, drafted_by),
  constraint statement_publication_by_another check (published_by <> drafted_by)
);

-- Whoever publishes is at work here and may approve; nothing older follows what is public already.
create function storno.guard_statement_publication() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  subject text := 'statement ' || new.incident_id || ' ' || new.language || ' ' || new.revision;
begin
  if not exists (
    select from storno.staff as s
    where s.staff_id = new.published_by and s.disabled_at is null and 'approver' = any (s.roles)
  ) then
    perform storno.refuse_step(subject, new.published_by || ' may not publish');
  end if;
  if exists (
    select from storno.statement_publication as p
    where p.incident_id = new.incident_id and p.language = new.language and p.revision > new.revision
  ) then
    perform storno.refuse_step(subject, 'a later one is public already');
  end if;
  return new;
end
$$;
revoke execute on function storno.guard_statement_publication() from public;

create trigger published_rightly before insert on storno.statement_publication
  for each row execute function storno.guard_statement_publication();
alter table storno.statement_publication enable always trigger published_rightly;

call storno.protect(array['statement', 'statement_publication'], array[]::text[]);
grant select on storno.statement, storno.statement_publication
  to storno_api, storno_worker, storno_auditor, storno_support;
grant insert on storno.statement, storno.statement_publication to storno_api;
