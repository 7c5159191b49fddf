-- A pair that a plan compares without need takes 130 ns (measured on two cores), so a hundred million are 13 s: a
-- file of 6,000 rows of a new bank took that long. Five million are less than a second.
create or replace function payscope.refresh_statistics(from_on date, to_on date, file_rows bigint) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set default_statistics_target = 30
as $$
declare
    t record;
begin
    for t in
        select s.relid::regclass as name
        from pg_stat_user_tables s
        join pg_class c on c.oid = s.relid
        where s.schemaname = 'payscope'
          and s.n_mod_since_analyze > least(500 + 0.1 * greatest(c.reltuples, 0), 20000,
                                            5e6 / greatest(file_rows, 1))
          and (s.relname in ('match', 'match_event', 'break', 'event_default')
               or (s.relname ~ '^event_[0-9]{6}$'
                   and substr(s.relname, 7) between to_char(from_on, 'YYYYMM') and to_char(to_on, 'YYYYMM')))
        order by s.relname
    loop
        execute format('analyze (skip_locked) %s', t.name);
    end loop;
end
$$;
