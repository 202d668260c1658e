-- Detection asks for what was said or seen since the last time. Rows come in the order of time, so that a few bytes for
-- each hundred pages find them; a full index would cost every posting.
create index rental_recorded_at on storno.rental using brin (recorded_at);
create index payment_last_seen_at on storno.payment using brin (last_seen_at);
-- Two drives of one vehicle may stand under two accounts.
create index rental_vehicle on storno.rental (vehicle_id, started_at) where vehicle_id is not null;

-- Over all history detection reads one partition after the other.
do $$
declare
  partition_name text;
begin
  for partition_name in
    select parent || '_' || remainder
    from unnest(array['rental', 'rental_void', 'charge_intent', 'attempt', 'payment']) as parent
    cross join generate_series(0, 7) as remainder
  loop
    execute format('grant select on storno.%I to storno_worker, storno_auditor', partition_name);
  end loop;
end
$$;
