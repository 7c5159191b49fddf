-- purpose: the days on which the report's own events occurred, and how many there are.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row (first_on, last_on, row_count), or none where it brought no event.
select r.first_at::date, r.last_at::date, r.rows_loaded
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and r.first_at is not null
