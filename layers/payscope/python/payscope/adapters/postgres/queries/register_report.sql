-- purpose: write a delivered object version down once, as duplicate of an earlier report where the bytes are known.
-- parameters: bank_id uuid, report_id uuid, file_name, object_key, object_version text, byte_size bigint,
--             content_sha256, write_order text, received_at timestamptz.
-- grain: one row, or none when the report is known already.
with
same_bytes as (
    select r.report_id
    from payscope.report r
    where r.bank_id = %(bank_id)s and r.content_sha256 = %(content_sha256)s and r.report_id <> %(report_id)s
      and r.status not in ('DUPLICATE', 'REJECTED', 'FAILED')
    order by r.received_at, r.report_id limit 1
)
insert into payscope.report (
    bank_id, report_id, file_name, object_key, object_version, byte_size, content_sha256, status, reason,
    duplicate_of, received_at, write_order)
select %(bank_id)s, %(report_id)s, %(file_name)s, %(object_key)s, %(object_version)s, %(byte_size)s,
       %(content_sha256)s, 'RECEIVED',
       case when d.report_id is not null then 'The same bytes as report ' || d.report_id || '.' end,
       d.report_id, %(received_at)s, %(write_order)s
from (select 1) one left join same_bytes d on true
on conflict (bank_id, report_id) do nothing
