-- purpose: every event that names a lifecycle id of this round.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz.
-- grain: rows of the temporary table payment_event, one per current event.
insert into payment_event
select i.*, 'lifecycle:' || l.lifecycle_id,
       md5(concat_ws(E'\x1f', %(bank_id)s::text, 'lifecycle:' || l.lifecycle_id))::uuid, 1, l.round
from lifecycle l
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.lifecycle_id = l.lifecycle_id
    and i.occurred_at between %(low)s and %(high)s
where l.round = %(round)s
