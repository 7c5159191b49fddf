-- purpose: a mapping that is about to be decided, locked until it is.
-- parameters: bank_id, mapping_id uuid.
-- grain: one row, or none: status, profile, name@version.
select m.status, m.profile, m.name || '@' || m.version
from payscope.mapping m
where m.bank_id = %(bank_id)s and m.mapping_id = %(mapping_id)s
for update
