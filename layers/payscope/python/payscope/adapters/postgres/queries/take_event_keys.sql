-- purpose: take the keys of staged events that are all new, so that no other load can bring them meanwhile.
-- parameters: bank_id uuid.
-- grain: one row per event; a unique violation where one is known, or being brought by another load that commits.
--        Ordered, so that two loads never wait for each other.
insert into payscope.event_key (bank_id, event_id, revision, occurred_at, told_by)
select %(bank_id)s, event_id, 1, occurred_at, report_id
from staged_event
where step = 0
order by event_id
