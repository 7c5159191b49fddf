-- purpose: the account of a loaded chunk; a second loader of the same chunk gets no row and undoes its work.
-- parameters: bank_id uuid, report_id uuid, chunk integer, object_key text, first_row, read, loaded, quarantined,
--             duplicate, informative bigint.
-- grain: one row, or none when the chunk is loaded already.
insert into payscope.report_chunk (
    bank_id, report_id, chunk, object_key, first_row, rows_read, rows_loaded, rows_quarantined, rows_duplicate,
    rows_informative, loaded_at)
values (%(bank_id)s, %(report_id)s, %(chunk)s, %(object_key)s, %(first_row)s, %(read)s, %(loaded)s, %(quarantined)s,
        %(duplicate)s, %(informative)s, now())
on conflict (bank_id, report_id, chunk) do nothing
returning chunk
