-- purpose: every day on which the bank has events or roll-ups, for a rebuild.
-- parameters: bank_id uuid, timezone text.
-- grain: one row per day in the bank's time zone.
select distinct (e.occurred_at at time zone %(timezone)s)::date
from payscope.event e
where e.bank_id = %(bank_id)s
union
select distinct d.occurred_on from payscope.event_daily d where d.bank_id = %(bank_id)s
