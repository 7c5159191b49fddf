-- purpose: payments that wait for a stage which has meanwhile been delivered beyond their window.
-- parameters: bank_id uuid, coverage jsonb ({stage: [from_on, to_on]}, see reconcile_coverage).
-- grain: temporary table due, one row per match.
create temp table due on commit drop as
with covered as (
    select c.key as stage, (c.value ->> 0)::date as from_on, (c.value ->> 1)::date as to_on
    from jsonb_each(%(coverage)s::jsonb) as c
)
select m.match_id, m.rule, m.auth_due_on as due_on from covered c join payscope.match m on m.bank_id = %(bank_id)s
    and c.stage = 'AUTH' and m.auth_due_on >= c.from_on and m.auth_due_on < c.to_on
union
select m.match_id, m.rule, m.clearing_due_on from covered c join payscope.match m on m.bank_id = %(bank_id)s
    and c.stage = 'CLEARING' and m.clearing_due_on >= c.from_on and m.clearing_due_on < c.to_on
union
select m.match_id, m.rule, m.settlement_due_on from covered c join payscope.match m on m.bank_id = %(bank_id)s
    and c.stage = 'SETTLEMENT' and m.settlement_due_on >= c.from_on and m.settlement_due_on < c.to_on
union
select m.match_id, m.rule, m.credit_due_on from covered c join payscope.match m on m.bank_id = %(bank_id)s
    and c.stage = 'BANK_ENTRY' and m.credit_due_on >= c.from_on and m.credit_due_on < c.to_on
