-- One row says that what is left of a liability can be paid to nobody: what was tried, and who decided. It stays owed.
create table storno.liability_unpayable (
  account_id text not null,
  liability_id text not null,
  amount_minor storno.amount_above_zero not null,
  currency storno.currency not null,
  reason storno.text_1_to_500 not null,
  decided_by text not null references storno.staff (staff_id),
  decided_at timestamptz not null,
  constraint liability_unpayable_pkey primary key (account_id, liability_id),
  constraint liability_unpayable_liability_fkey foreign key (account_id, liability_id)
    references storno.liability (account_id, liability_id)
);

call storno.protect(array['liability_unpayable'], array[]::text[]);
grant select on storno.liability_unpayable to storno_api, storno_worker, storno_auditor, storno_support;
grant insert on storno.liability_unpayable to storno_worker;
