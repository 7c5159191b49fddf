-- purpose: whether a report brought so many rows that the payments behind its fees are joined as sets.
-- parameters: bank_id uuid, report_id uuid, many integer.
-- grain: one row, or none where the report is smaller.
select r.rows_loaded
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and r.rows_loaded >= %(many)s
