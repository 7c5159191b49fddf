-- purpose: reports that wait for a mapping.
-- parameters: bank_id uuid, reason text (what such a report says about itself first).
-- grain: one row per report, in the order of their arrival.
select r.report_id, r.object_key, r.object_version, r.status, r.revision, r.duplicate_of, r.reason, r.profile
from payscope.report r
where r.bank_id = %(bank_id)s and r.status = 'NEEDS_MAPPING' and starts_with(r.reason, %(reason)s)
order by r.received_at, r.report_id
