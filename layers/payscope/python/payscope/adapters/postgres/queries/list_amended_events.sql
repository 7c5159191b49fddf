-- purpose: current revisions that the staged events replace.
-- parameters: none.
-- grain: one row per event: event_id, revision, occurred_at.
select k.event_id, k.revision, k.occurred_at
from known_event k
join (select distinct on (event_id) event_id, content_hash from staged_event order by event_id, step desc) s
    on s.event_id = k.event_id and s.content_hash <> k.content_hash
where k.is_current and not k.is_newer
