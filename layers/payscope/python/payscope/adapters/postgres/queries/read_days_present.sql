-- purpose: the days on which a bank has events of given types, on the clock that the daily facts use.
-- parameters: bank_id uuid, start_on date, end_on date, event_types text[].
-- grain: one row per day.
select distinct case when d.event_type = 'AUTH' then d.occurred_on else d.booked_on end as day_on
from payscope.event_daily d
where d.bank_id = %(bank_id)s and d.event_type = any(%(event_types)s)
  and case when d.event_type = 'AUTH' then d.occurred_on else d.booked_on end
      between %(start_on)s::date and %(end_on)s::date
order by day_on
