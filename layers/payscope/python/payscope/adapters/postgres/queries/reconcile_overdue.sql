-- purpose: the events of payments that were due. Most of those the report itself touches: it brought what they
--          waited for. Where all their members name the lifecycle id, they are gathered by it anyway.
-- parameters: bank_id uuid, report_id uuid, low timestamptz, high timestamptz (the span in which their payments lie).
-- grain: rows of the temporary table touched, one per current event.
--
-- Few are left: each step is fenced (offset 0), so that it looks up their keys and never reads the bank's whole ledger.
insert into touched
select i.event_id, i.revision, i.event_type, i.booked_on, i.lifecycle_id, i.batch_ref, false,
       case when i.lifecycle_id is not null
            then md5(concat_ws(E'\x1f', %(bank_id)s::text, 'lifecycle:' || i.lifecycle_id))::uuid end
from (
    select match_id from due where rule <> 'lifecycle_id'
    union all
    select d.match_id from due d
    where d.rule = 'lifecycle_id' and not exists (select from touched t where t.match_id = d.match_id)
) d
cross join lateral (
    select me.event_id from payscope.match_event me
    where me.bank_id = %(bank_id)s and me.match_id = d.match_id offset 0
) me
cross join lateral (
    select e.* from payscope.payment_item e
    where e.bank_id = %(bank_id)s and e.event_id = me.event_id and e.occurred_at between %(low)s and %(high)s offset 0
) i
where i.report_id <> %(report_id)s
