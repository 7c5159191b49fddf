-- purpose: reports that the chain gave up: FAILED, or named by the dead-letter queue without having come to an end.
-- parameters: bank_id uuid, given_up uuid[], limit integer.
-- grain: one row per report, oldest first.
select report_id, file_name, object_key, object_version, revision, reason, received_at, finished_at
from payscope.report
where bank_id = %(bank_id)s
  and (status = 'FAILED' or report_id = any(%(given_up)s::uuid[])
       and status in ('RECEIVED', 'PARSING', 'LOADING', 'RECONCILING', 'INDEXING'))
order by received_at, report_id
limit %(limit)s
