-- purpose: the reports that brought events which were ever known.
-- parameters: bank_id uuid.
-- grain: one row per report, oldest first.
select r.report_id
from payscope.report r
where r.bank_id = %(bank_id)s and exists (
    select from payscope.event e
    where e.bank_id = r.bank_id and e.report_id = r.report_id and e.known_to > e.known_from)
order by r.received_at, r.report_id
