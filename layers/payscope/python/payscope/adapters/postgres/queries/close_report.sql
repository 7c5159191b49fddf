-- purpose: give a report its final status once and put the event about it in the outbox.
-- parameters: bank_id uuid, report_id uuid, status text, reason text or null, now timestamptz.
-- grain: one row, the report as it is now closed: status, file_name, rows_loaded, rows_quarantined, and
--        whether this call closed it.
with
closed as (
    update payscope.report r
    set status = %(status)s, reason = coalesce(r.reason, %(reason)s::text), finished_at = %(now)s
    where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and r.finished_at is null
    returning r.report_id, r.status
),
told as (
    insert into payscope.outbox (bank_id, outbox_id, detail_type, detail, created_at)
    select %(bank_id)s, md5(concat_ws(E'\x1f', c.report_id::text, c.status))::uuid,
           case c.status when 'COMPLETE' then 'report.completed' else 'report.rejected' end,
           jsonb_build_object('bank_id', %(bank_id)s::text, 'report_id', c.report_id, 'status', c.status), %(now)s
    from closed c
    on conflict do nothing
)
select coalesce((select status from closed), r.status), r.file_name, r.rows_loaded, r.rows_quarantined,
       exists (select from closed)
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
