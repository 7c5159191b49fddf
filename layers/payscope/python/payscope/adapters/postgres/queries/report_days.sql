-- purpose: the days that complete reports of each source cover, for telling which are missing.
-- parameters: bank_id uuid, timezone text.
-- grain: one row per source and day.
select distinct r.source, g.day::date
from payscope.report r
cross join lateral generate_series(
    (r.first_at at time zone %(timezone)s)::date,
    least((r.last_at at time zone %(timezone)s)::date, (r.first_at at time zone %(timezone)s)::date + 400),
    interval '1 day') as g (day)
where r.bank_id = %(bank_id)s and r.status = 'COMPLETE' and r.source is not null
  and r.first_at is not null and r.last_at is not null
