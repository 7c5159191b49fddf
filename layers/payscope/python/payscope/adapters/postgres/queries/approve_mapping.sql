-- purpose: make a proposal the bank's profile.
-- parameters: bank_id, mapping_id uuid, profile jsonb, actor text, now timestamptz.
-- grain: one row.
update payscope.mapping m
set status = 'APPROVED', profile = %(profile)s, decided_at = %(now)s, decided_by = %(actor)s
where m.bank_id = %(bank_id)s and m.mapping_id = %(mapping_id)s
