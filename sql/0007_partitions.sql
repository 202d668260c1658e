-- Eight partitions for every table that is divided by hash: large scans and joins by account then work on one eighth
-- at a time. Fixed for ever, since a row's partition follows from the count.
do $$
declare
  parent record;
begin
  for parent in
    select c.relname
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'storno' and c.relkind = 'p'
    order by c.relname
  loop
    for remainder in 0..7 loop
      execute format(
        'create table storno.%I partition of storno.%I for values with (modulus 8, remainder %s)',
        parent.relname || '_' || remainder, parent.relname, remainder
      );
    end loop;
  end loop;
end
$$;
