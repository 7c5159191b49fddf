-- purpose: end what was known of an amended event when the amendment begins.
-- parameters: bank_id uuid, event_id uuid, revision integer, occurred_at timestamptz, now timestamptz.
-- grain: one row. One statement per event, because a join over partitions without statistics reads them whole.
update payscope.event e
set known_to = %(now)s
where e.bank_id = %(bank_id)s and e.event_id = %(event_id)s and e.revision = %(revision)s
  and e.occurred_at = %(occurred_at)s and e.known_to = 'infinity'
