-- purpose: all current events of the payment that a few events belong to: those that were matched with
--          them, and those that share their network lifecycle id.
-- parameters: bank_id uuid, event_ids uuid[].
-- grain: one row per event.
with matched as (
    select distinct other.event_id
    from payscope.match_event own
    join payscope.match_event other on other.bank_id = own.bank_id and other.match_id = own.match_id
    where own.bank_id = %(bank_id)s and own.event_id = any (%(event_ids)s::uuid[])
),
known as (
    select event_id from matched
    union
    select unnest(%(event_ids)s::uuid[])
),
lifecycle as (
    select distinct e.lifecycle_id
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.event_id in (select event_id from known)
      and e.lifecycle_id is not null and e.known_to = 'infinity'
)
select e.*
from payscope.event e
where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
  and (e.event_id in (select event_id from known)
       or e.lifecycle_id in (select lifecycle_id from lifecycle))
order by e.occurred_at, e.event_type, e.event_id
limit 500
