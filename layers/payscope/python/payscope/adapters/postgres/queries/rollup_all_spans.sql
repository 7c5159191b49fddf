-- purpose: note of every report that it is rolled up, and what it is about; see rollup_report_span.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row of payscope.watermark per report.
insert into payscope.watermark (bank_id, name, reached_at, detail)
select r.bank_id, 'event_daily/' || r.report_id, %(now)s,
       case when s.report_id is null then '{"types": []}'
            else jsonb_build_object(
                'types', s.types, 'booked', jsonb_build_array(s.first_on, s.last_on),
                'occurred', jsonb_build_array(s.first_at, s.last_at)) end
from payscope.report r
left join (
    select e.report_id, array_agg(distinct e.event_type) as types, min(e.booked_on) as first_on,
           max(e.booked_on) as last_on, min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
    from payscope.event e
    where e.bank_id = %(bank_id)s
    group by e.report_id
) s on s.report_id = r.report_id
where r.bank_id = %(bank_id)s
on conflict (bank_id, name) do update set reached_at = excluded.reached_at, detail = excluded.detail
