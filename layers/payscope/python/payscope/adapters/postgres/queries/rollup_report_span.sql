-- purpose: what one report is about, so that questions about other days or events need not look into it.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row: event types, first and last booking day and instant; nulls where the report brought no event.
select array_agg(distinct e.event_type), min(e.booked_on), max(e.booked_on), min(e.occurred_at), max(e.occurred_at)
from payscope.event e
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s
