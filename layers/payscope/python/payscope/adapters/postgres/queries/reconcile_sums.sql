-- purpose: what the stages of each payment add up to.
-- parameters: rules jsonb (domain/reconcile/rules/reconciliation.json).
-- grain: temporary table summed, one row per payment; sums are minor units of the named currency.
create temp table summed on commit drop as
select p.match_id, min(p.payment_key) as payment_key, max(p.rank) as rank,
       bool_or((p.event_type = 'AUTH' and p.source = l.auth) or (p.event_type = 'CLEARING' and p.source = l.clearing)
               or (p.event_type = 'SETTLEMENT' and p.source = l.settlement)) as in_lane,
       max(p.merchant_id) as merchant_id, max(p.network) as network, max(p.mcc) as mcc,
       bool_or(p.card_present) as card_present,
       concat_ws('|', coalesce(max(p.network), ''), coalesce(max(p.mcc), ''), bool_or(p.card_present),
                 coalesce(min(p.occurred_at) filter (where p.event_type = 'AUTH' and p.approved)::date,
                          min(p.booked_on))) as terms,
       min(p.booked_on) as first_on,
       min(p.occurred_at) filter (where p.event_type = 'AUTH' and p.approved) as authorised_at,
       count(*) filter (where p.event_type = 'AUTH' and p.approved
           and coalesce(p.exclusion, 'INCREMENTAL') = 'INCREMENTAL') as auths,
       coalesce(sum(p.amount_minor) filter (where (p.event_type = 'AUTH' and p.approved
           and coalesce(p.exclusion, 'INCREMENTAL') = 'INCREMENTAL') or p.event_type = 'AUTH_REVERSAL'), 0)::bigint
           as auth_minor,
       min(p.currency) filter (where p.event_type = 'AUTH' and p.approved) as auth_currency,
       count(*) filter (where p.event_type = 'CLEARING') as clearings,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'CLEARING'), 0)::bigint as clearing_minor,
       min(p.currency) filter (where p.event_type = 'CLEARING') as clearing_currency,
       max(p.currency) filter (where p.event_type = 'CLEARING') as other_clearing_currency,
       coalesce(sum(p.settlement_minor) filter (where p.event_type = 'CLEARING'), 0)::bigint as cleared_settlement_minor,
       min(p.settlement_currency) filter (where p.event_type = 'CLEARING') as cleared_settlement_currency,
       min(p.occurred_at) filter (where p.event_type = 'CLEARING') as cleared_at,
       min(p.booked_on) filter (where p.event_type = 'CLEARING') as cleared_on,
       max(p.booked_on) filter (where p.event_type = 'CLEARING') as last_cleared_on,
       count(*) filter (where p.event_type = 'SETTLEMENT') as settlements,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'SETTLEMENT'), 0)::bigint as settlement_minor,
       min(p.currency) filter (where p.event_type = 'SETTLEMENT') as settlement_currency,
       min(p.booked_on) filter (where p.event_type = 'SETTLEMENT') as settled_on,
       count(*) filter (where p.event_type = 'REFUND') as refunds,
       min(p.currency) filter (where p.event_type = 'REFUND') as refund_currency,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'REFUND'), 0)::bigint as refund_minor,
       count(*) filter (where p.event_type = 'DISPUTE') as disputes,
       min(p.currency) filter (where p.event_type = 'DISPUTE') as dispute_currency,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'DISPUTE'), 0)::bigint as dispute_minor,
       count(*) filter (where p.event_type = 'FRAUD_REPORT') as fraud_reports,
       min(p.currency) filter (where p.event_type = 'FRAUD_REPORT') as fraud_currency,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'FRAUD_REPORT'), 0)::bigint as fraud_minor,
       min(p.booked_on) filter (where p.event_type = 'FRAUD_REPORT') as reported_on,
       min(p.booked_on) filter (where p.event_type in ('REFUND', 'DISPUTE')) as returned_on,
       count(*) filter (where p.event_type = 'ADJUSTMENT') as payouts,
       coalesce(-sum(coalesce(p.settlement_minor, p.amount_minor)) filter (where p.event_type = 'ADJUSTMENT'), 0)::bigint
           as payout_minor,
       min(coalesce(p.settlement_currency, p.currency)) filter (where p.event_type = 'ADJUSTMENT') as payout_currency,
       max(p.booked_on) filter (where p.event_type = 'ADJUSTMENT') as paid_out_on,
       count(*) filter (where p.event_type = 'BANK_ENTRY') as bank_entries,
       coalesce(sum(p.amount_minor) filter (where p.event_type = 'BANK_ENTRY'), 0)::bigint as credited_minor,
       min(p.currency) filter (where p.event_type = 'BANK_ENTRY') as credited_currency,
       min(p.booked_on) filter (where p.event_type = 'BANK_ENTRY') as credited_on,
       min(p.arn) filter (where length(p.arn) <> 23 and p.arn ~ '[eE][+]') as damaged_arn
from payment_event p
cross join (
    select max(source) filter (where event_type = 'AUTH') as auth,
           max(source) filter (where event_type = 'CLEARING') as clearing,
           max(source) filter (where event_type = 'SETTLEMENT') as settlement
    from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
) l
group by p.match_id
having count(*) filter (where p.event_type in ('CLEARING', 'SETTLEMENT', 'REFUND', 'DISPUTE', 'FRAUD_REPORT', 'ADJUSTMENT')
    or (p.event_type = 'AUTH' and p.approved and coalesce(p.exclusion, 'INCREMENTAL') = 'INCREMENTAL')) > 0
