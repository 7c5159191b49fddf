-- purpose: what the report states about itself beside what its rows give.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per (name, currency).
select name, currency, stated::text, computed::text, agrees
from payscope.control_total where bank_id = %(bank_id)s and report_id = %(report_id)s
order by name, currency
