-- purpose: the newest revision of each staged event that is known already.
-- parameters: bank_id uuid.
-- grain: temporary table known_event, one row per event.
--
-- An amendment may move an event in time, so the months around it are probed as well: 40 days either way
-- prune the partitions to two or three. One probe per event, whatever the planner thinks of row counts it
-- has no statistics for: LIMIT keeps the subquery from being turned into a join over whole partitions.
create temp table known_event on commit drop as
select k.event_id, k.revision, k.content_hash, k.occurred_at, k.known_to
from staged_event s
cross join lateral (
    select e.event_id, e.revision, e.content_hash, e.occurred_at, e.known_to
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.event_id = s.event_id
      and e.occurred_at >= s.occurred_at - interval '40 days' and e.occurred_at < s.occurred_at + interval '40 days'
    order by e.revision desc
    limit 1
) k
where s.step = 0
