-- purpose: a bank's mappings, newest first, older than a pair of proposal time and id.
-- parameters: bank_id uuid, status text or null, before_at timestamptz or null, before_id uuid or null, limit integer.
-- grain: one row per mapping.
select mapping_id, name, version, status, report_id, profile, evidence, confidence, proposed_at, decided_at, decided_by
from payscope.mapping
where bank_id = %(bank_id)s
  and (%(status)s::text is null or status = %(status)s)
  and (%(before_at)s::timestamptz is null
       or (proposed_at, mapping_id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
order by proposed_at desc, mapping_id desc
limit %(limit)s
