-- purpose: take the days whose matching changed since it was rolled up.
-- parameters: bank_id uuid.
-- grain: one row per note, its day; a day can be noted more than once.
delete from payscope.match_day_due d
where d.bank_id = %(bank_id)s
returning d.day_on
