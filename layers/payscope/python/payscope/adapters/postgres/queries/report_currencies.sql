-- purpose: what a report brought, per transaction currency, in the revision that is current now.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per currency.
select currency, count(*) as rows, sum(amount_minor)::bigint as amount_minor
from payscope.event
where bank_id = %(bank_id)s and report_id = %(report_id)s
group by currency
order by currency
