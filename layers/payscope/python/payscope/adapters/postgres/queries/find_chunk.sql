-- purpose: the account of a chunk that is loaded already.
-- parameters: bank_id uuid, report_id uuid, chunk integer.
-- grain: one row, or none.
select c.rows_read, c.rows_loaded, c.rows_quarantined, c.rows_duplicate, c.rows_informative
from payscope.report_chunk c
where c.bank_id = %(bank_id)s and c.report_id = %(report_id)s and c.chunk = %(chunk)s
