-- purpose: the events whose payments must be decided: those of the report, and those of payments that were due.
-- parameters: bank_id uuid, report_id uuid, low timestamptz, high timestamptz (the span in which their payments lie).
-- grain: temporary table touched, one row per current event.
create temp table touched on commit drop as
select i.* from payscope.payment_item i
where i.bank_id = %(bank_id)s and i.report_id = %(report_id)s and i.occurred_at between %(low)s and %(high)s
union all
select i.*
from due d
join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = d.match_id
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = me.event_id
    and i.occurred_at between %(low)s and %(high)s
where i.report_id <> %(report_id)s
