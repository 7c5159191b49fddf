-- purpose: take the keys of those staged events that are new, so that no other load can bring them meanwhile.
-- parameters: bank_id uuid.
-- grain: one row per event whose key was free. Ordered, so that two loads never wait for each other.
insert into payscope.event_key (bank_id, event_id, revision, occurred_at, told_by)
select %(bank_id)s, event_id, 1, occurred_at, report_id
from staged_event
where step = 0
order by event_id
on conflict (bank_id, event_id) do nothing
