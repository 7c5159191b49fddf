-- purpose: what a report's events cover: by their own time, by the processing clock, and by their kinds.
-- parameters: bank_id uuid, report_id uuid, first_at timestamptz, last_at timestamptz, first_on date, last_on date,
--             event_types text[].
-- grain: one row.
update payscope.report r
set first_at = least(r.first_at, %(first_at)s), last_at = greatest(r.last_at, %(last_at)s),
    first_on = least(r.first_on, %(first_on)s), last_on = greatest(r.last_on, %(last_on)s),
    event_types = array(select distinct unnest(r.event_types || %(event_types)s::text[]) order by 1)
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
