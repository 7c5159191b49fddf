-- purpose: a bank's reports, newest first, older than a pair of arrival and id.
-- parameters: bank_id uuid, report_id uuid or null, status text or null, before_at timestamptz or null,
--             before_id uuid or null, limit integer.
-- grain: one row per report.
select report_id, file_name, status, reason, duplicate_of, revision, revision_of, profile, format, source,
       rows_read, rows_loaded, rows_quarantined, rows_duplicate, rows_informative, first_at, last_at,
       received_at, finished_at
from payscope.report
where bank_id = %(bank_id)s
  and (%(report_id)s::uuid is null or report_id = %(report_id)s)
  and (%(status)s::text is null or status = %(status)s)
  and (%(before_at)s::timestamptz is null
       or (received_at, report_id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
order by received_at desc, report_id desc
limit %(limit)s
