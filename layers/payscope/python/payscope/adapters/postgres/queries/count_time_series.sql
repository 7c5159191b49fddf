-- purpose: how much the daily roll-up holds, and which engine keeps it.
-- parameters: bank_id uuid.
-- grain: one row: engine, rows, events.
select coalesce((select 'timescaledb ' || extversion from pg_catalog.pg_extension where extname = 'timescaledb'),
                'native partitions (timescaledb is not installed)') as engine,
       count(*) as rows, coalesce(sum(row_count), 0)::bigint as events
from payscope.event_daily where bank_id = %(bank_id)s
