-- purpose: entries of a bank's log behind a sequence, oldest first.
-- parameters: bank_id uuid, sequence bigint, limit integer.
-- grain: one row per entry.
select sequence, canonical, previous_hash, entry_hash
from payscope.audit_event
where bank_id = %(bank_id)s and sequence > %(sequence)s
order by sequence
limit %(limit)s
