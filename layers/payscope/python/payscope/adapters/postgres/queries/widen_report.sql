-- purpose: the span of time that a report's events cover.
-- parameters: bank_id uuid, report_id uuid, first_at timestamptz, last_at timestamptz.
-- grain: one row.
update payscope.report r
set first_at = least(r.first_at, %(first_at)s), last_at = greatest(r.last_at, %(last_at)s)
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
