-- purpose: keep a bank's tariff as its newest version.
-- parameters: bank_id uuid, document jsonb, added_by text, added_at timestamptz.
-- grain: one row, the new version.
insert into payscope.fee_schedule (bank_id, version, document, added_by, added_at)
select %(bank_id)s, 1 + coalesce(max(s.version), 0), %(document)s, %(added_by)s, %(added_at)s
from payscope.fee_schedule s
where s.bank_id = %(bank_id)s
returning version
