-- purpose: the processing days for which each stage has been delivered.
-- parameters: bank_id uuid, rules jsonb (domain/reconcile/rules/reconciliation.json).
-- grain: one row per stage (a lane's event type or BANK_ENTRY): (stage, from_on, to_on); what was due before to_on
--        has been delivered or is late.
--
-- The clock is the processing day, not the day of the events: a chargeback tells of a sale of months ago, and of
-- how far clearing has come. A stage's files are those of the layouts that have brought its events: how far the
-- scheme's fraud reports have come says nothing about its clearing. A stage's last day may still be under way,
-- unless another stage has been processed for a day after the next.
with
stage as (
    select event_type, source from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
    union all
    select 'BANK_ENTRY', %(rules)s::jsonb ->> 'bank_source'
),
delivered as (
    select r.source, coalesce(r.profile, '') as profile, r.event_types, r.first_on, r.last_on
    from payscope.report r
    where r.bank_id = %(bank_id)s and r.source in (select source from stage) and r.rows_loaded > 0
      and r.first_on is not null
),
covered as (
    select s.event_type, min(d.first_on) as from_on, max(d.last_on) as last_on
    from stage s
    join delivered d on d.source = s.source
    where exists (
        select from delivered b
        where b.source = d.source and b.profile = d.profile and s.event_type = any(b.event_types))
    group by s.event_type
)
select event_type, from_on, case when last_on + 1 < (select max(last_on) from covered) then last_on + 1 else last_on end
from covered
