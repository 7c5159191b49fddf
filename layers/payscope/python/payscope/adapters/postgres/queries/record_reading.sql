-- purpose: the account of a report's lines that are in no chunk, as chunk -1.
-- parameters: bank_id uuid, report_id uuid, read, quarantined, informative bigint.
-- grain: one row.
insert into payscope.report_chunk (
    bank_id, report_id, chunk, object_key, first_row, rows_read, rows_quarantined, rows_informative, loaded_at)
values (%(bank_id)s, %(report_id)s, -1, '', 0, %(read)s, %(quarantined)s, %(informative)s, now())
on conflict (bank_id, report_id, chunk) do update
set rows_read = excluded.rows_read, rows_quarantined = excluded.rows_quarantined,
    rows_informative = excluded.rows_informative
