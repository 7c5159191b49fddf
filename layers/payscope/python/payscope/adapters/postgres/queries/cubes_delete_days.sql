-- purpose: the first half of a refresh of the cubes: forget what was rolled up of these days.
-- parameters: bank_id uuid, days date[], cubes text[] (all of them where null).
-- grain: none.
delete from payscope.event_cube_daily d
where d.bank_id = %(bank_id)s and d.occurred_on = any(%(days)s::date[])
  and (%(cubes)s::text[] is null or d.cube = any(%(cubes)s::text[]))
