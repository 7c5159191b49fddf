-- purpose: where a report stands.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row, or none.
select r.report_id, r.object_key, r.object_version, r.status, r.revision, r.duplicate_of, r.reason, r.profile
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
