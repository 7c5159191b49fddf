-- purpose: make the given anomalies those of the given metrics and days; those that stay keep detected_at.
-- parameters: bank_id uuid, metrics text[], days date[], anomalies jsonb (array of rows), now timestamptz.
-- grain: one row per anomaly that was not there before: anomaly_id.
with given as (
    select g.* from jsonb_to_recordset(%(anomalies)s::jsonb) as g (
        anomaly_id uuid, metric text, version integer, dimensions jsonb, period_on date, value numeric,
        expected numeric, lower numeric, upper numeric, score numeric, contributors jsonb)
),
gone as (
    delete from payscope.anomaly a
    where a.bank_id = %(bank_id)s and a.metric = any(%(metrics)s::text[]) and a.period_on = any(%(days)s::date[])
      and a.anomaly_id not in (select g.anomaly_id from given g)
),
kept as (
    insert into payscope.anomaly (bank_id, anomaly_id, metric, version, dimensions, period_on, value, expected,
                                  lower, upper, score, contributors, detected_at)
    select %(bank_id)s, g.anomaly_id, g.metric, g.version, g.dimensions, g.period_on, g.value, g.expected,
           g.lower, g.upper, g.score, g.contributors, %(now)s
    from given g
    on conflict (bank_id, anomaly_id) do update
    set value = excluded.value, expected = excluded.expected, lower = excluded.lower, upper = excluded.upper,
        score = excluded.score, contributors = excluded.contributors
    returning anomaly_id, xmax = 0 as is_new
),
told as (
    insert into payscope.outbox (bank_id, outbox_id, detail_type, detail, created_at)
    select %(bank_id)s, md5('anomaly.detected' || k.anomaly_id::text)::uuid, 'anomaly.detected',
           jsonb_build_object('bank_id', %(bank_id)s::text, 'anomaly_id', k.anomaly_id, 'metric', g.metric,
                              'period_on', g.period_on), %(now)s
    from kept k join given g using (anomaly_id)
    where k.is_new
    on conflict do nothing
)
select anomaly_id from kept where is_new
