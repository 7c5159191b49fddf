-- purpose: hold the keys of staged events until the load commits; a rival's revisions are visible afterwards.
-- parameters: bank_id uuid.
-- grain: one row per staged event, in the order in which every load locks.
select from payscope.event_key k
where k.bank_id = %(bank_id)s and k.event_id in (select s.event_id from staged_event s where s.step = 0)
order by k.event_id
for update
