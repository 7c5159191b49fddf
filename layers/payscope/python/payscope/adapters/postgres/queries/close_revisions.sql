-- purpose: end what was known of amended events when the amendment begins.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row per revision that ends.
update payscope.event e
set known_to = %(now)s
from known_event k
join (select event_id, max(content_hash::text)::uuid as content_hash, count(*) as contents
      from staged_event group by event_id) s on s.event_id = k.event_id
where e.bank_id = %(bank_id)s and e.event_id = k.event_id and e.occurred_at = k.occurred_at
  and e.revision = k.revision and e.known_to = 'infinity'
  and (s.contents > 1 or s.content_hash <> k.content_hash)
