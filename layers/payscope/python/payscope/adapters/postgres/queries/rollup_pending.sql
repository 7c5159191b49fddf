-- purpose: whether a chunk of any report was loaded after that report was last rolled up, and whether matching
--          changed since.
-- parameters: bank_id uuid.
-- grain: one row, two booleans.
select exists (
    select from payscope.report_chunk c
    left join payscope.watermark w on w.bank_id = c.bank_id and w.name = 'event_daily/' || c.report_id
    where c.bank_id = %(bank_id)s and c.rows_loaded > 0 and (w.reached_at is null or w.reached_at < c.loaded_at)),
    exists (select from payscope.match_day_due d where d.bank_id = %(bank_id)s)
