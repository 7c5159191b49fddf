-- purpose: what people wrote when they worked on breaks.
-- parameters: bank_id uuid, most int.
-- grain: one row per resolution with a note, newest first.
select r.resolution_id, r.break_id, b.reason, r.action, r.note
from payscope.break_resolution r
join payscope.break b on b.bank_id = r.bank_id and b.break_id = r.break_id
where r.bank_id = %(bank_id)s and r.note <> ''
order by r.acted_at desc, r.resolution_id
limit %(most)s
