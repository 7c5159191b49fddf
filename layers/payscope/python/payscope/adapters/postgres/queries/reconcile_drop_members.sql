-- purpose: remove the memberships that no longer hold, and the matches that have no event left.
-- parameters: bank_id uuid.
-- grain: one row of payscope.match per match that was removed.
with gone as (
    delete from payscope.match_event me
    using stray s
    where me.bank_id = %(bank_id)s and me.match_id = s.match_id and me.event_id = s.event_id
)
delete from payscope.match m
where m.bank_id = %(bank_id)s and m.match_id in (select match_id from stray)
  and not exists (
      select from payscope.match_event me
      where me.bank_id = %(bank_id)s and me.match_id = m.match_id
        and not exists (select from stray s where s.match_id = me.match_id and s.event_id = me.event_id))
