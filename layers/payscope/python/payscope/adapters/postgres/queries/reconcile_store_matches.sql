-- purpose: write the verdicts; what did not change stays untouched, so a replay writes nothing.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row per state written now: (state, payments).
with
verdict as (
    select p.payment_key,
           md5(concat_ws(E'\x1f', %(bank_id)s::text, p.payment_key))::uuid as match_id,
           p.rule, p.score,
           case
               when p.duplicate_clearing or p.duplicate_settlement then 'DUPLICATE'
               when p.missing_auth or p.missing_clearing or p.missing_settlement
                    or p.settled_uncleared or p.missing_bank_credit or p.refund_unlinked or p.chargeback_unlinked then 'UNMATCHED'
               when p.currency_differs or p.settlement_currency_differs or p.out_of_order or p.late_presentment
                    or p.damaged_reference or (p.cleared_above and not p.within_tolerance) or p.settled_differs
                    or p.credit_differs or p.credit_currency_differs then 'MISMATCHED'
               when p.awaits_auth or p.awaits_clearing or p.settled_awaits_clearing or p.awaits_settlement
                    or p.awaits_bank_credit then 'EXPECTED'
               when p.cleared_above then 'MATCHED_TOLERANCE'
               when p.clearings > 1 or p.settlements > 1 or p.payouts > 1 or p.bank_entries > 1 then 'GROUPED'
               else 'MATCHED'
           end as state,
           jsonb_strip_nulls(jsonb_build_object(
               'payment_key', p.payment_key, 'authorised_minor', nullif(p.auth_minor, 0), 'cleared_minor', nullif(p.clearing_minor, 0),
               'settled_minor', nullif(p.settlement_minor, 0), 'paid_out_minor', nullif(p.payout_minor, 0),
               'credited_minor', nullif(p.credited_minor, 0),
               'currency', coalesce(p.auth_currency, p.clearing_currency, p.settlement_currency, p.payout_currency),
               'tolerance', case when p.cleared_above and p.within_tolerance then p.tolerance_kind end,
               'waits', nullif(jsonb_strip_nulls(jsonb_build_object(
                   'AUTH', case when p.awaits_auth then p.cleared_at::date end,
                   'CLEARING', case when p.awaits_clearing then p.clearing_due_on
                                    when p.settled_awaits_clearing then p.settled_on end,
                   'SETTLEMENT', case when p.awaits_settlement then p.settlement_due_on end,
                   'BANK_ENTRY', case when p.awaits_bank_credit then p.credit_due_on end)), '{}')
           )) as evidence
    from payment p
),
stored as (
    insert into payscope.match as m (bank_id, match_id, rule, state, score, evidence, matched_at)
    select %(bank_id)s, match_id, rule, state, score, evidence, %(now)s from verdict
    on conflict (bank_id, match_id) do update
        set rule = excluded.rule, state = excluded.state, score = excluded.score, evidence = excluded.evidence,
            matched_at = excluded.matched_at
        where (m.rule, m.state, m.score, m.evidence) is distinct from (excluded.rule, excluded.state, excluded.score, excluded.evidence)
    returning m.match_id, m.state
),
members as (
    insert into payscope.match_event (bank_id, match_id, event_id, stage)
    select %(bank_id)s, v.match_id, g.event_id, g.event_type
    from gathered g join verdict v on v.payment_key = g.payment_key
    on conflict do nothing
)
select state, count(*) from stored group by state
