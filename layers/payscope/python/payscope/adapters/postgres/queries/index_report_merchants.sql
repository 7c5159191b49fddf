-- purpose: the merchants that the report's events name.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per merchant.
select m.merchant_id, m.name, m.mcc, m.country
from payscope.merchant m
where m.bank_id = %(bank_id)s and m.merchant_id in (
    select merchant_id from payscope.event
    where bank_id = %(bank_id)s and report_id = %(report_id)s and known_to = 'infinity')
order by m.merchant_id
