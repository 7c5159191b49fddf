-- purpose: the first half of a refresh of the cubes: forget what was rolled up of these days.
-- parameters: bank_id uuid, days date[].
-- grain: none.
delete from payscope.event_cube_daily d
where d.bank_id = %(bank_id)s and d.occurred_on = any(%(days)s::date[])
