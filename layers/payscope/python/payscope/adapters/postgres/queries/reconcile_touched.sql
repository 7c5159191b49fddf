-- purpose: the events of the report, whose payments must be decided, with the match of those that name a lifecycle id.
-- parameters: bank_id uuid, report_id uuid, low timestamptz, high timestamptz (the span in which their payments lie).
-- grain: temporary table touched, one row per current event.
create temp table touched on commit drop as
select i.event_id, i.revision, i.event_type, i.booked_on, i.lifecycle_id, i.batch_ref, true as is_reported,
       case when i.lifecycle_id is not null
            then md5(concat_ws(E'\x1f', %(bank_id)s::text, 'lifecycle:' || i.lifecycle_id))::uuid end as match_id
from payscope.payment_item i
where i.bank_id = %(bank_id)s and i.report_id = %(report_id)s and i.occurred_at between %(low)s and %(high)s
