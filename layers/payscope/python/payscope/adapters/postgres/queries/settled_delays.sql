-- purpose: business days from the clearing to each settlement of these days, on its currency's calendar.
-- parameters: bank_id uuid, days date[], timezone text,
--             since timestamptz and until timestamptz (the span of the days, for partition pruning),
--             closed jsonb (by currency, the weekdays on which nothing is booked, in order).
-- grain: temporary table settled_delay, one row per settled sale whose clearing is known, linked by ARN, else by
--        lifecycle id; the first booking of several clearings counts.
create temp table settled_delay on commit drop as
with settled as materialized (
    select e.event_id, e.revision, e.arn, e.lifecycle_id, e.booked_on,
           coalesce(e.settlement_currency, e.currency) as currency
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and e.event_type = 'SETTLEMENT' and e.amount_minor > 0
      and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
      and (e.occurred_at at time zone %(timezone)s)::date = any(%(days)s::date[])
), cleared as (
    select s.event_id, s.revision, s.booked_on, s.currency, min(c.booked_on) as cleared_on
    from settled s
    join payscope.event c on c.arn = s.arn
    where c.bank_id = %(bank_id)s and c.known_to = 'infinity' and c.event_type = 'CLEARING'
    group by s.event_id, s.revision, s.booked_on, s.currency
    union all
    select s.event_id, s.revision, s.booked_on, s.currency, min(c.booked_on)
    from settled s
    join payscope.event c on c.lifecycle_id = s.lifecycle_id
    where c.bank_id = %(bank_id)s and c.known_to = 'infinity' and c.event_type = 'CLEARING'
      and s.arn is null and c.arn is null
    group by s.event_id, s.revision, s.booked_on, s.currency
), closed as (
    select j.key as currency, array(select x::date from jsonb_array_elements_text(j.value) x order by 1) as days
    from jsonb_each(%(closed)s) j
)
select c.event_id, c.revision,
       (c.booked_on - date '1970-01-05') / 7 * 5 + least(mod(c.booked_on - date '1970-01-05', 7) + 1, 5)
       - (c.cleared_on - date '1970-01-05') / 7 * 5 - least(mod(c.cleared_on - date '1970-01-05', 7) + 1, 5)
       - width_bucket(c.booked_on, coalesce(d.days, '{}')) + width_bucket(c.cleared_on, coalesce(d.days, '{}'))
           as delay_days
from cleared c
left join closed d on d.currency = c.currency
where c.booked_on >= c.cleared_on
