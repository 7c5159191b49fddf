-- purpose: the events of the decided payments that are not recorded as theirs yet.
-- parameters: bank_id uuid.
-- grain: one row of payscope.match_event per event that was added.
insert into payscope.match_event (bank_id, match_id, event_id, stage)
select %(bank_id)s, p.match_id, p.event_id, p.event_type
from payment_event p
join verdict v on v.match_id = p.match_id
where not exists (
    select from payscope.match_event me
    where me.bank_id = %(bank_id)s and me.match_id = p.match_id and me.event_id = p.event_id)
-- In the order of the primary key.
order by p.match_id, p.event_id
