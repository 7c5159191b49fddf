-- purpose: quarantined rows with their reason.
-- parameters: bank_id uuid, report_id uuid, row_numbers bigint[], fields, codes, messages, raws text[].
-- grain: one row per row, field and code.
insert into payscope.problem (bank_id, report_id, row_number, field, code, message, raw)
select %(bank_id)s, %(report_id)s, n.row_number, n.field, n.code, n.message, n.raw::jsonb
from unnest(%(row_numbers)s::bigint[], %(fields)s::text[], %(codes)s::text[], %(messages)s::text[], %(raws)s::text[])
    as n (row_number, field, code, message, raw)
on conflict (bank_id, report_id, row_number, field, code) do nothing
