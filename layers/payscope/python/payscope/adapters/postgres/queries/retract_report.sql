-- purpose: take back the events of a report that is rejected after its load, as if they had never been known.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per event that is taken back; what it had amended is known again.
with
taken as (
    update payscope.event e
    set known_to = e.known_from
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity'
    returning e.event_id, e.revision, e.known_from
),
restored as (
    update payscope.event e
    set known_to = 'infinity'
    from taken t
    where e.bank_id = %(bank_id)s and e.event_id = t.event_id and e.revision = t.revision - 1
      and e.known_to = t.known_from and e.known_from < e.known_to and e.report_id <> %(report_id)s
)
select event_id from taken
