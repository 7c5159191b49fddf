-- purpose: the newest revision of each staged event that is known already, wherever its month is.
-- parameters: bank_id uuid.
-- grain: temporary table known_event, one row per event.
create temp table known_event on commit drop as
select distinct on (e.event_id) e.event_id, e.revision, e.content_hash, e.occurred_at, e.known_to
from (select distinct event_id from staged_event) s
join payscope.event e on e.bank_id = %(bank_id)s and e.event_id = s.event_id
order by e.event_id, e.revision desc
