-- purpose: an event belongs to one payment; memberships under a payment key it no longer has are removed
--          (a late file can give a lifecycle id to events that stood alone before).
-- parameters: bank_id uuid.
-- grain: none.
with current_member as (
    select g.event_id, md5(concat_ws(E'\x1f', %(bank_id)s::text, g.payment_key))::uuid as match_id from gathered g
),
stray as (
    delete from payscope.match_event me
    using current_member c
    where me.bank_id = %(bank_id)s and me.event_id = c.event_id and me.match_id <> c.match_id
    returning me.match_id
)
delete from payscope.match m
where m.bank_id = %(bank_id)s and m.match_id in (select match_id from stray)
  and not exists (
      select from payscope.match_event me
      where me.bank_id = m.bank_id and me.match_id = m.match_id
        and (me.event_id, me.match_id) not in (select c.event_id, me2.match_id from current_member c
             join payscope.match_event me2 on me2.bank_id = %(bank_id)s and me2.event_id = c.event_id and me2.match_id <> c.match_id))
