-- purpose: the match of each decided payment: its state, rule, score and evidence, and what it still waits for.
-- parameters: none.
-- grain: temporary table verdict, one row per payment.
create temp table verdict on commit drop as
select p.match_id,
       (array['lifecycle_id', 'arn', 'processor_ref', 'attributes', 'candidate', 'alone', 'batch_ref', 'subset_sum'])[p.rank]
           as rule,
       (array[1.0, 0.99, 0.98, 0.9, 0.8, 1.0, 1.0, 0.85])[p.rank] as score,
       case
           when p.duplicate_clearing or p.duplicate_settlement then 'DUPLICATE'
           when p.missing_auth or p.missing_clearing or p.missing_settlement
                or p.settled_uncleared or p.missing_bank_credit or p.refund_unlinked or p.chargeback_unlinked
                or p.fraud_unlinked then 'UNMATCHED'
           when p.currency_differs or p.settlement_currency_differs or p.out_of_order or p.late_presentment
                or p.damaged_reference or (p.cleared_above and not p.within_tolerance) or p.settled_differs
                or p.credit_differs or p.credit_currency_differs then 'MISMATCHED'
           when p.awaits_auth or p.awaits_clearing or p.settled_awaits_clearing or p.awaits_settlement
                or p.awaits_bank_credit then 'EXPECTED'
           when p.cleared_above or p.within_rate then 'MATCHED_TOLERANCE'
           when p.clearings > 1 or p.settlements > 1 or p.payouts > 1 or p.bank_entries > 1 then 'GROUPED'
           else 'MATCHED'
       end as state,
       d.auth_due_on, d.clearing_due_on, d.settlement_due_on, d.credit_due_on,
       jsonb_strip_nulls(jsonb_build_object(
           'payment_key', p.payment_key, 'authorised_minor', nullif(p.auth_minor, 0),
           'cleared_minor', nullif(p.clearing_minor, 0), 'settled_minor', nullif(p.settlement_minor, 0),
           'paid_out_minor', nullif(p.payout_minor, 0), 'credited_minor', nullif(p.credited_minor, 0),
           'currency', coalesce(p.auth_currency, p.clearing_currency, p.settlement_currency, p.payout_currency),
           'tolerance', case when p.cleared_above and p.within_tolerance then p.tolerance_kind
                             when p.within_rate then 'fx' end,
           'links', l.links,
           -- When the window ends, however much has been delivered by now.
           'waits', case when coalesce(d.auth_due_on, d.clearing_due_on, d.settlement_due_on, d.credit_due_on) is not null
               then jsonb_build_object('AUTH', d.auth_due_on, 'CLEARING', d.clearing_due_on,
                                       'SETTLEMENT', d.settlement_due_on,
                                       'BANK_ENTRY', case when p.awaits_bank_credit then p.credit_due_on end) end)) as evidence
from payment p
cross join lateral (
    select case when p.awaits_auth then p.cleared_at::date end as auth_due_on,
           case when p.awaits_clearing then p.clearing_due_on
                when p.settled_awaits_clearing then p.settled_on end as clearing_due_on,
           case when p.awaits_settlement then p.settlement_due_on end as settlement_due_on,
           -- Before the first statement there is nothing to wait for; an earlier statement brings it up again.
           case when p.awaits_bank_credit and p.paid_out_on < p.bank_from_on then p.paid_out_on
                when p.awaits_bank_credit then p.credit_due_on end as credit_due_on
) d
left join (
    -- Members that another key than the payment's own led to it, each with its rule.
    select e.match_id,
           jsonb_agg(jsonb_build_object('event_id', e.event_id, 'event_type', e.event_type, 'rule',
               (array['lifecycle_id', 'arn', 'processor_ref', 'attributes', 'candidate', 'alone', 'batch_ref',
                      'subset_sum'])[e.rank],
               'reference', coalesce(e.arn, e.processor_ref)) order by e.event_id) as links
    from payment_event e
    -- In the first round all are of rank 1.
    where e.round <> 1 and (e.rank in (2, 3, 4, 5) and e.payment_key like 'lifecycle:%%' or e.rank = 8)
    group by e.match_id
) l on l.match_id = p.match_id
