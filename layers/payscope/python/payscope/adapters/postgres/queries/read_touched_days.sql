-- purpose: the event types of a report's rows and the days on which they count.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per event type and day.
select distinct e.event_type,
       case when e.event_type = 'AUTH' then (e.occurred_at at time zone 'UTC')::date else e.booked_on end as day_on
from payscope.event e
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s
