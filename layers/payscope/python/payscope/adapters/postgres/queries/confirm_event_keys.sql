-- purpose: note that this report is the last to have said what is current of its events.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per known event that no newer report has spoken of.
update payscope.event_key k
set told_by = %(report_id)s
from known_event n
where k.bank_id = %(bank_id)s and k.event_id = n.event_id and k.told_by <> %(report_id)s
  and not (n.is_current and n.is_newer)
