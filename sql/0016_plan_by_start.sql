-- A plan is known by where, under which name and from when on it holds. Known by its text alone, the same text was not
-- taken in for a second market, nor once more after another one: the way back to an earlier price was lost.
alter table storno.plan
  drop constraint plan_pkey,
  drop constraint plan_valid_from_key,
  add constraint plan_pkey primary key (market, plan_id, valid_from);
