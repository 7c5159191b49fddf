-- purpose: reports that nothing works on: received long ago and not begun, or waiting for a mapping long approved.
-- parameters: bank_id uuid, before timestamptz.
-- grain: one row per report, in the order of their arrival.
select r.report_id, r.object_key, r.object_version, r.status, r.revision, r.duplicate_of, r.reason, r.profile
from payscope.report r
where r.bank_id = %(bank_id)s and r.received_at < %(before)s
  and (r.status = 'RECEIVED' or r.status = 'NEEDS_MAPPING' and exists (
      -- What such a report says about itself names the mapping that it waits for.
      select from payscope.mapping m
      where m.bank_id = r.bank_id and m.status = 'APPROVED' and m.decided_at < %(before)s
        and position(m.mapping_id::text in r.reason) > 0))
order by r.received_at, r.report_id
