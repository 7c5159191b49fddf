-- purpose: the account of one report.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row, or none where the bank has no such report.
select report_id, file_name, source, profile, rows_read, rows_loaded, rows_quarantined, first_at, last_at
from payscope.report where bank_id = %(bank_id)s and report_id = %(report_id)s
