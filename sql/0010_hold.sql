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

grant execute on function storno.hold(boolean, text) to storno_api, storno_worker;
