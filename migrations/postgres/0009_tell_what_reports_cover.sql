-- What a report covers by the processing clock, and which kinds of events it brought: a payment's window has
-- passed when the files of the next stage have been processed beyond it, whenever their events occurred.
alter table payscope.report
    add column first_on date,
    add column last_on date,
    add column event_types text[] not null default '{}';
-- Forced security would show the owner no row.
alter table payscope.report no force row level security;
alter table payscope.event no force row level security;
update payscope.report r
set first_on = c.first_on, last_on = c.last_on, event_types = c.event_types
from (
    -- A statement's processing day is that of its booking; its value date may lie ahead.
    select e.bank_id, e.report_id,
           min(case when e.event_type = 'BANK_ENTRY' then (e.occurred_at at time zone 'UTC')::date else e.booked_on end)
               as first_on,
           max(case when e.event_type = 'BANK_ENTRY' then (e.occurred_at at time zone 'UTC')::date else e.booked_on end)
               as last_on,
           array_agg(distinct e.event_type order by e.event_type) as event_types
    from payscope.event e
    group by e.bank_id, e.report_id
) c
where r.bank_id = c.bank_id and r.report_id = c.report_id;
alter table payscope.report force row level security;
alter table payscope.event force row level security;
