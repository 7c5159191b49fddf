-- purpose: number the reports of one object key in the order in which its versions were written.
-- parameters: bank_id uuid, object_key text.
-- grain: one row per report whose number was another.
update payscope.report r
set revision = n.revision, revision_of = n.revision_of
from (
    select k.report_id, row_number() over written as revision, lag(k.report_id) over written as revision_of
    from payscope.report k
    where k.bank_id = %(bank_id)s and k.object_key = %(object_key)s
    window written as (order by k.write_order, k.received_at, k.report_id)
) n
where r.bank_id = %(bank_id)s and r.report_id = n.report_id
  and (r.revision, r.revision_of) is distinct from (n.revision, n.revision_of)
