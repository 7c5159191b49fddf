-- purpose: the breaks of the decided payments, one per reason.
-- parameters: bank_id uuid.
-- grain: temporary table found_break, one row per (match, reason).
create temp table found_break on commit drop as
with
broken as (
    -- Most payments match: the evidence is only built for those with something to say.
    select * from payment
    where missing_auth or missing_clearing or settled_uncleared or missing_settlement or duplicate_clearing
       or duplicate_settlement or currency_differs or settlement_currency_differs or cleared_above or settled_differs
       or out_of_order or late_presentment or missing_bank_credit or credit_differs or credit_currency_differs
       or refund_unlinked or chargeback_unlinked or fraud_unlinked or damaged_reference
),
first_event as (
    select distinct on (p.match_id) p.match_id, p.event_id, p.report_id
    from payment_event p join broken b on b.match_id = p.match_id
    order by p.match_id, p.occurred_at, p.event_id
),
-- The events whose reference left more than one payment to choose from: none was chosen.
undecided as (
    select p.match_id, max(r.candidates) as candidates
    from payment_event p join resolved r on r.event_id = p.event_id
    where r.lifecycle_id is null and r.candidates > 0
    group by p.match_id
)
select p.match_id, f.event_id, f.report_id, b.reason, b.state, b.currency, b.amount_minor, b.expected_on,
       p.merchant_id, p.network,
       b.evidence || jsonb_strip_nulls(jsonb_build_object('payment_key', p.payment_key, 'candidates', u.candidates))
           as evidence,
       md5(concat_ws(E'\x1f', %(bank_id)s::text, p.payment_key, b.reason))::uuid as break_id
from broken p
join first_event f on f.match_id = p.match_id
left join undecided u on u.match_id = p.match_id
cross join lateral (
    values
        (p.missing_auth, 'MISSING_AUTH', 'UNMATCHED', p.clearing_currency, p.clearing_minor, p.cleared_on,
         jsonb_build_object('clearings', p.clearings)),
        (p.missing_clearing, 'MISSING_CLEARING', 'UNMATCHED', p.auth_currency, p.auth_minor, p.clearing_due_on,
         jsonb_build_object('authorised_at', p.authorised_at, 'window_days', p.clearing_days)),
        (p.settled_uncleared, 'MISSING_CLEARING', 'UNMATCHED', p.settlement_currency, p.settlement_minor,
         p.settled_on, jsonb_build_object('settlements', p.settlements)),
        (p.missing_settlement, 'MISSING_SETTLEMENT', 'UNMATCHED',
         coalesce(p.cleared_settlement_currency, p.clearing_currency),
         coalesce(nullif(p.cleared_settlement_minor, 0), p.clearing_minor), p.settlement_due_on,
         jsonb_build_object('cleared_on', p.cleared_on)),
        (p.duplicate_clearing, 'DUPLICATE_CLEARING', 'DUPLICATE', p.clearing_currency,
         p.clearing_minor - greatest(p.auth_minor, 0), p.last_cleared_on,
         jsonb_build_object('clearings', p.clearings, 'cleared_minor', p.clearing_minor, 'authorised_minor', p.auth_minor)),
        (p.duplicate_settlement, 'DUPLICATE_SETTLEMENT', 'DUPLICATE', p.settlement_currency,
         p.settlement_minor - p.comparable_minor, p.settled_on,
         jsonb_build_object('settlements', p.settlements, 'settled_minor', p.settlement_minor,
                            'cleared_minor', p.comparable_minor)),
        (p.currency_differs, 'CURRENCY', 'MISMATCHED', p.clearing_currency, p.clearing_minor, p.cleared_on,
         jsonb_build_object('authorised', p.auth_currency, 'cleared', p.clearing_currency)),
        (p.settlement_currency_differs, 'CURRENCY', 'MISMATCHED', p.settlement_currency, p.settlement_minor, p.settled_on,
         jsonb_build_object('cleared', p.cleared_settlement_currency, 'settled', p.settlement_currency)),
        (p.cleared_above and not p.within_tolerance, 'AMOUNT', 'MISMATCHED', p.clearing_currency,
         p.clearing_minor - p.auth_minor, p.cleared_on,
         jsonb_build_object('kind', 'over-clearing', 'authorised_minor', p.auth_minor, 'cleared_minor', p.clearing_minor)),
        (p.settled_differs and not (p.cleared_above and not p.within_tolerance), 'AMOUNT', 'MISMATCHED',
         p.settlement_currency, p.settlement_minor - p.comparable_minor, p.settled_on,
         jsonb_build_object('kind', case when p.is_rounding then 'rounding' else 'settlement' end,
                            'cleared_minor', p.comparable_minor, 'settled_minor', p.settlement_minor)),
        (p.out_of_order, 'DATE_ORDER', 'MISMATCHED', p.clearing_currency, p.clearing_minor, p.cleared_on,
         jsonb_build_object('authorised_at', p.authorised_at, 'cleared_on', p.cleared_on)),
        (p.late_presentment, 'LATE_PRESENTMENT', 'MISMATCHED', p.clearing_currency, p.clearing_minor, p.clearing_due_on,
         jsonb_build_object('due_on', p.clearing_due_on, 'cleared_on', p.cleared_on)),
        (p.missing_bank_credit, 'MISSING_BANK_CREDIT', 'UNMATCHED', p.payout_currency, p.payout_minor, p.credit_due_on,
         jsonb_build_object('paid_out_on', p.paid_out_on)),
        (p.credit_differs, 'AMOUNT', 'MISMATCHED', p.payout_currency, p.credited_minor - p.payout_minor, p.credited_on,
         jsonb_build_object('kind', 'bank credit', 'payout_minor', p.payout_minor, 'credited_minor', p.credited_minor)),
        (p.credit_currency_differs, 'CURRENCY', 'MISMATCHED', p.credited_currency, p.credited_minor, p.credited_on,
         jsonb_build_object('paid_out', p.payout_currency, 'credited', p.credited_currency)),
        (p.refund_unlinked, 'REFUND_UNLINKED', 'UNMATCHED', p.refund_currency, p.refund_minor, p.returned_on,
         jsonb_build_object('refunds', p.refunds)),
        (p.chargeback_unlinked, 'CHARGEBACK_UNLINKED', 'UNMATCHED', p.dispute_currency, p.dispute_minor, p.returned_on,
         jsonb_build_object('disputes', p.disputes)),
        (p.fraud_unlinked, 'UNKNOWN', 'UNMATCHED', p.fraud_currency, p.fraud_minor, p.reported_on,
         jsonb_build_object('kind', 'fraud report without its sale', 'fraud_reports', p.fraud_reports)),
        (p.damaged_reference, 'REFERENCE_DAMAGED', 'MISMATCHED',
         coalesce(p.clearing_currency, p.settlement_currency, p.auth_currency),
         coalesce(nullif(p.clearing_minor, 0), nullif(p.settlement_minor, 0), p.auth_minor), p.first_on,
         jsonb_build_object('reference', p.damaged_arn))
) as b (holds, reason, state, currency, amount_minor, expected_on, evidence)
where b.holds
  and not (b.reason = 'CURRENCY' and b.state = 'MISMATCHED' and p.currency_differs and p.settlement_currency_differs
           and b.currency = p.settlement_currency and b.amount_minor = p.settlement_minor)
