-- purpose: days on which a report changed the ledger: of the rows it brought, and of the revisions these superseded.
-- parameters: bank_id uuid, report_id uuid, timezone text.
-- grain: one row per day in the bank's time zone.
select distinct (e.occurred_at at time zone %(timezone)s)::date
from payscope.event e
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s
union
select distinct (o.occurred_at at time zone %(timezone)s)::date
from payscope.event e
join payscope.event o on o.bank_id = e.bank_id and o.event_id = e.event_id and o.revision < e.revision
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.revision > 1
