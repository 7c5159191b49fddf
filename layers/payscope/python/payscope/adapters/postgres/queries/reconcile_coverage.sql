-- purpose: which days each stage has been delivered for, and the span of the report's own events.
-- parameters: bank_id uuid, report_id uuid, rules jsonb (domain/reconcile/rules/reconciliation.json).
-- grain: one row per stage (a lane's event type or BANK_ENTRY): (stage, from_on, to_on); stage '' is the report.
select l.event_type, min(r.first_at)::date, max(r.last_at)::date
from (
    select event_type, source from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
    union all
    select 'BANK_ENTRY', %(rules)s::jsonb ->> 'bank_source'
) l
join payscope.report r on r.bank_id = %(bank_id)s and r.source = l.source and r.rows_loaded > 0
group by l.event_type
union all
select '', r.first_at::date, r.last_at::date
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and r.first_at is not null
