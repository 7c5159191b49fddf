-- purpose: a bank's anomalies of a range of days, newest first.
-- parameters: bank_id uuid, start_on date or null, end_on date or null, metric text or null.
-- grain: one row per anomaly.
select a.anomaly_id, a.metric, a.version, a.dimensions, a.period_on, a.value, a.expected, a.lower, a.upper,
       a.score, a.contributors, a.detected_at
from payscope.anomaly a
where a.bank_id = %(bank_id)s
  and (%(start_on)s::date is null or a.period_on >= %(start_on)s::date)
  and (%(end_on)s::date is null or a.period_on <= %(end_on)s::date)
  and (%(metric)s::text is null or a.metric = %(metric)s::text)
order by a.period_on desc, abs(a.score) desc, a.anomaly_id
