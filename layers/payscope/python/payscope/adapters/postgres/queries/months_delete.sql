-- purpose: the first half of a refresh by months: forget what was rolled up of these months.
-- parameters: bank_id uuid, months date[] (their first days), cubes text[] (all of them where null).
-- grain: none.
delete from payscope.event_cube_monthly d
where d.bank_id = %(bank_id)s and d.occurred_on = any(%(months)s::date[])
  and (%(cubes)s::text[] is null or d.cube = any(%(cubes)s::text[]))
