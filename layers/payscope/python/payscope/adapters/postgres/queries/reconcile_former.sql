-- purpose: the matches that loose and amended events were in before; they are decided anew, with or without them.
-- parameters: bank_id uuid, round integer.
-- grain: rows of the temporary table former, one per (event, match).
insert into former
select e.event_id, me.match_id, %(round)s
from (
    select event_id from loose where round = %(round)s
    union
    select event_id from touched where revision > 1 and %(round)s = 1
) e
join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = e.event_id
