-- purpose: set status and facts of a report that is not final; a null fact stays as it is.
-- parameters: bank_id uuid, report_id uuid, status text, format, profile, source, reason text, drift jsonb.
-- grain: one row, its id, or none when the report is unknown or final.
update payscope.report r
set status = %(status)s, format = coalesce(%(format)s, r.format), profile = coalesce(%(profile)s, r.profile),
    source = coalesce(%(source)s, r.source), reason = coalesce(%(reason)s, r.reason),
    drift = coalesce(%(drift)s::jsonb, r.drift)
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and r.finished_at is null
returning r.report_id
