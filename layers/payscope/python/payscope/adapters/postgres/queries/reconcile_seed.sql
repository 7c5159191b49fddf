-- purpose: the events whose payments must be decided: those of the report, and those of payments that
--          waited for a stage which has now been delivered beyond their window.
-- parameters: bank_id uuid, report_id uuid, rules jsonb (domain/rules/reconciliation.json).
-- grain: temporary table seed, one row per event.
create temp table seed on commit drop as
with
coverage as (
    select l.event_type, l.source, min(r.first_at)::date as from_on, max(r.last_at)::date as to_on
    from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
    join payscope.report r on r.bank_id = %(bank_id)s and r.source = l.source and r.rows_loaded > 0
    group by l.event_type, l.source
),
seed as (
    select e.event_id, e.lifecycle_id, e.arn, e.source, e.processor_ref, e.merchant_id, e.amount_minor,
           e.currency, e.card_token, e.approval_code, e.occurred_at
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity'
      and e.event_type in ('AUTH', 'AUTH_REVERSAL', 'CLEARING', 'REFUND', 'SETTLEMENT', 'DISPUTE', 'FRAUD_REPORT')
    union all
    -- A payment still waiting for a stage is looked at again once a later delivery has moved past its window.
    select e.event_id, e.lifecycle_id, e.arn, e.source, e.processor_ref, e.merchant_id, e.amount_minor,
           e.currency, e.card_token, e.approval_code, e.occurred_at
    from payscope.match m
    join payscope.match_event me on me.bank_id = m.bank_id and me.match_id = m.match_id
    join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id and e.known_to = 'infinity'
    where m.bank_id = %(bank_id)s and m.evidence ? 'waits'
      and exists (
          select from coverage c
          where (m.evidence -> 'waits' ->> c.event_type)::date < c.to_on
            and (c.event_type <> 'AUTH' or (m.evidence -> 'waits' ->> c.event_type)::date >= c.from_on))
)
select * from seed
