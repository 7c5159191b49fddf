-- purpose: hold the keys of staged events until the load commits; a rival's revisions are visible afterwards.
-- parameters: bank_id uuid.
-- grain: one row per staged event, in the order in which every load locks.
--
-- Statistics know nothing of a bank that is new, so a join may read all of its keys, or the staged events
-- once a key. LIMIT keeps it one probe per event, here and in the statements that follow.
select
from (select s.event_id from staged_event s where s.step = 0 order by s.event_id) s
cross join lateral (
    select from payscope.event_key k
    where k.bank_id = %(bank_id)s and k.event_id = s.event_id
    limit 1
    for update
) k
