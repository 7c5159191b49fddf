-- purpose: note that this report is the last to have said what is current of its events.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per known event that no newer report has spoken of. Their keys are locked, so they stay in place.
update payscope.event_key k
set told_by = %(report_id)s
from known_event n
cross join lateral (
    select o.ctid as place from payscope.event_key o
    where o.bank_id = %(bank_id)s and o.event_id = n.event_id limit 1
) held
where k.ctid = held.place and k.bank_id = %(bank_id)s and k.told_by <> %(report_id)s
  and not (n.is_current and n.is_newer)
