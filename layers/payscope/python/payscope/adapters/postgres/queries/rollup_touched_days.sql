-- purpose: days on which a report changed the ledger: of the rows it brought, of the revisions these superseded,
--          and of the settlements whose delay counts from a clearing among them.
-- parameters: bank_id uuid, report_id uuid, timezone text.
-- grain: one row per day in the bank's time zone.
with changed as materialized (
    select e.occurred_at, e.event_type, e.arn, e.lifecycle_id
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s
    union all
    select o.occurred_at, o.event_type, o.arn, o.lifecycle_id
    from payscope.event e
    join payscope.event o on o.bank_id = e.bank_id and o.event_id = e.event_id and o.revision < e.revision
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.revision > 1
)
select distinct (c.occurred_at at time zone %(timezone)s)::date
from changed c
union
select distinct (s.occurred_at at time zone %(timezone)s)::date
from changed c
join payscope.event s on s.arn = c.arn
where c.event_type = 'CLEARING'
  and s.bank_id = %(bank_id)s and s.known_to = 'infinity' and s.event_type = 'SETTLEMENT'
union
select distinct (s.occurred_at at time zone %(timezone)s)::date
from changed c
join payscope.event s on s.lifecycle_id = c.lifecycle_id
where c.event_type = 'CLEARING' and c.arn is null
  and s.bank_id = %(bank_id)s and s.known_to = 'infinity' and s.event_type = 'SETTLEMENT' and s.arn is null
