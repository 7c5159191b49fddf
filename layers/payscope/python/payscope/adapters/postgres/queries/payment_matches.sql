-- purpose: the matches that events are in, with the stage of each event.
-- parameters: bank_id uuid, event_ids uuid[], known_at timestamptz or null (only matches decided by then).
-- grain: one row per match.
select m.match_id, m.rule, m.state, m.score, m.evidence, m.matched_at,
       jsonb_object_agg(me.event_id::text, me.stage) as stages
from payscope.match m
join payscope.match_event me on me.bank_id = m.bank_id and me.match_id = m.match_id
where m.bank_id = %(bank_id)s and (%(known_at)s::timestamptz is null or m.matched_at <= %(known_at)s::timestamptz)
  and m.match_id in (
      select match_id from payscope.match_event
      where bank_id = %(bank_id)s and event_id = any (%(event_ids)s::uuid[]))
group by m.bank_id, m.match_id
order by m.matched_at, m.match_id
