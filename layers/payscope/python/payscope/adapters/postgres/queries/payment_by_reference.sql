-- purpose: events with a network lifecycle id or a processor reference.
-- parameters: bank_id uuid, name text, known_at timestamptz or null (the instant whose knowledge counts; null is now).
-- grain: one row per event.
select e.event_id
from payscope.event e
where e.bank_id = %(bank_id)s and (e.lifecycle_id = %(name)s or e.processor_ref = %(name)s)
  and (e.known_to = 'infinity' or e.known_to > %(known_at)s::timestamptz)
  and (%(known_at)s::timestamptz is null or e.known_from <= %(known_at)s::timestamptz)
order by e.occurred_at
limit 100
