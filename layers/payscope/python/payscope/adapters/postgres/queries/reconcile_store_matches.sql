-- purpose: write the verdicts that are new or changed; what did not change stays untouched, so a replay writes nothing.
--          Nobody else writes the bank's matches meanwhile.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row per state written now: (state, payments).
with stored as (
    merge into payscope.match m
    -- In the order of the primary key.
    using (select * from verdict order by match_id) v on m.bank_id = %(bank_id)s and m.match_id = v.match_id
    when matched
         and (m.rule, m.state, m.score, m.evidence, m.auth_due_on, m.clearing_due_on, m.settlement_due_on, m.credit_due_on)
             is distinct from (v.rule, v.state, v.score, v.evidence, v.auth_due_on, v.clearing_due_on,
                               v.settlement_due_on, v.credit_due_on) then
        update set rule = v.rule, state = v.state, score = v.score, evidence = v.evidence, matched_at = %(now)s,
                   auth_due_on = v.auth_due_on, clearing_due_on = v.clearing_due_on,
                   settlement_due_on = v.settlement_due_on, credit_due_on = v.credit_due_on
    when not matched then
        insert (bank_id, match_id, rule, state, score, evidence, matched_at, auth_due_on, clearing_due_on,
                settlement_due_on, credit_due_on)
        values (%(bank_id)s, v.match_id, v.rule, v.state, v.score, v.evidence, %(now)s, v.auth_due_on,
                v.clearing_due_on, v.settlement_due_on, v.credit_due_on)
    returning m.state
)
select state, count(*) from stored group by state
