-- purpose: where each staged event stands that the ledger knows already: its current revision, or its newest
--          one where a rejected report took all back.
-- parameters: bank_id uuid, report_id uuid (the report that is being loaded).
-- grain: temporary table known_event, one row per event. is_newer tells whether a report that was written
--        after this one, or a later row of this one, has said what is current.
--
-- One probe per event into the one month of its key, whatever the planner thinks of row counts it has no
-- statistics for: LIMIT keeps the subquery from being turned into a join over whole partitions.
create temp table known_event on commit drop as
select k.event_id, k.revision as newest, e.revision, e.content_hash, e.occurred_at,
       e.known_to = 'infinity' and e.known_from < e.known_to as is_current,
       case when k.told_by = %(report_id)s then e.report_id = %(report_id)s and e.row_number > s.row_number
            else exists (
                select from payscope.report r join payscope.report o on o.bank_id = r.bank_id and o.report_id = k.told_by
                where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
                  and (o.write_order, o.report_id) > (r.write_order, r.report_id))
       end as is_newer
from staged_event s
cross join lateral (
    select k.event_id, k.revision, k.occurred_at, k.told_by from payscope.event_key k
    where k.bank_id = %(bank_id)s and k.event_id = s.event_id
    limit 1
) k
cross join lateral (
    select e.revision, e.content_hash, e.occurred_at, e.known_from, e.known_to, e.report_id, e.row_number
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.event_id = s.event_id and e.occurred_at = k.occurred_at
    order by e.known_to = 'infinity' and e.known_from < e.known_to desc, e.revision desc
    limit 1
) e
where s.step = 0
