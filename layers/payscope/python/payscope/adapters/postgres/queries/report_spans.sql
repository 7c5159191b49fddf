-- purpose: which booking days the reports of each kind cover, for telling which days are missing.
-- parameters: bank_id uuid.
-- grain: one row per rolled-up report with events.
select r.source, split_part(coalesce(r.profile, r.source), '@', 1), w.detail -> 'types',
       (w.detail -> 'booked' ->> 0)::date, (w.detail -> 'booked' ->> 1)::date, r.rows_loaded
from payscope.report r
join payscope.watermark w on w.bank_id = r.bank_id and w.name = 'event_daily/' || r.report_id
where r.bank_id = %(bank_id)s and r.source is not null and w.detail ? 'booked'
