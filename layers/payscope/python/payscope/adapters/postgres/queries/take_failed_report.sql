-- purpose: move one report that the chain gave up to its beginning; no row where it is none (any more).
-- parameters: bank_id uuid, report_id uuid, given_up uuid[].
-- grain: the report.
update payscope.report set status = 'RECEIVED', reason = null, finished_at = null
where bank_id = %(bank_id)s and report_id = %(report_id)s
  and (status = 'FAILED' or report_id = any(%(given_up)s::uuid[])
       and status in ('RECEIVED', 'PARSING', 'LOADING', 'RECONCILING', 'INDEXING'))
returning report_id, file_name, object_key, object_version, revision, reason, received_at, finished_at
