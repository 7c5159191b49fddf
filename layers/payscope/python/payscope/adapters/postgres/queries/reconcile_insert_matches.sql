-- purpose: write the verdicts of payments that were not known; nobody else writes the bank's matches meanwhile.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row per state written now: (state, payments).
with stored as (
    insert into payscope.match (bank_id, match_id, rule, state, score, evidence, matched_at, auth_due_on,
        clearing_due_on, settlement_due_on, credit_due_on)
    select %(bank_id)s, v.match_id, v.rule, v.state, v.score, v.evidence, %(now)s, v.auth_due_on, v.clearing_due_on,
           v.settlement_due_on, v.credit_due_on
    from verdict v
    where not exists (select from payscope.match m where m.bank_id = %(bank_id)s and m.match_id = v.match_id)
    order by v.match_id
    returning state
)
select state, count(*) from stored group by state
