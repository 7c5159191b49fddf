-- purpose: the control totals of a report.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per name and currency.
select t.name, t.currency, t.stated, t.computed, t.agrees
from payscope.control_total t
where t.bank_id = %(bank_id)s and t.report_id = %(report_id)s
order by t.name, t.currency
