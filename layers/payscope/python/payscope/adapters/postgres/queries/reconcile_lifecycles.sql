-- purpose: the lifecycle ids that this round adds: of the touched events, of what loose events may belong to,
--          and of what they belonged to before.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz.
-- grain: rows of the temporary table lifecycle.
insert into lifecycle
select distinct k.lifecycle_id,
       coalesce(k.match_id, md5(concat_ws(E'\x1f', %(bank_id)s::text, 'lifecycle:' || k.lifecycle_id))::uuid), %(round)s
from (
    select lifecycle_id, match_id from touched where %(round)s = 1
    union all
    select lifecycle_id, null from link
    union all
    select i.lifecycle_id, null
    from former f
    join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = f.match_id
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = me.event_id
        and i.occurred_at between %(low)s and %(high)s
) k
where k.lifecycle_id is not null and not exists (select from lifecycle l where l.lifecycle_id = k.lifecycle_id)
