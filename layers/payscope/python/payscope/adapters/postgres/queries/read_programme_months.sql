-- purpose: the months whose standing in a programme a report's rows can have changed: that of the booking, and
--          after sales the next, which is measured against them.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per month, its first day.
select distinct (date_trunc('month', e.booked_on) + n.months * interval '1 month')::date as month_on
from payscope.event e
cross join (values (0), (1)) as n (months)
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity'
  and (e.event_type in ('CLEARING', 'AUTH') or (e.event_type in ('DISPUTE', 'FRAUD_REPORT') and n.months = 0))
