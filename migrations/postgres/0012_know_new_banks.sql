-- Statistics soon enough that no plan can compare each row of a large file with each that they do not know.
--
-- Of a bank that the statistics do not know the planner expects one row, and reads "all rows of the bank" again for
-- each row of the file. A pair that is compared without need takes 130 ns (measured on two cores): at most five
-- million, less than a second, are left so. The larger the file, the fewer unknown rows may stay. Sampling 9,000
-- rows instead of 30,000 takes a quarter of the time and still tells the tenants, months and keys apart; the
-- server's own analysis samples more when a table has grown by a tenth.
drop function payscope.refresh_statistics(date, date);
create function payscope.refresh_statistics(from_on date, to_on date, file_rows bigint) returns void
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
revoke all on function payscope.refresh_statistics(date, date, bigint) from public;
grant execute on function payscope.refresh_statistics(date, date, bigint) to payscope_app;
