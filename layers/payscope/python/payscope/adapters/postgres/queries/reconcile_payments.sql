-- purpose: one verdict per payment, from the sums of its stages.
-- parameters: coverage jsonb ({stage: [from_on, to_on]}, see reconcile_coverage),
--             rules jsonb (domain/reconcile/rules/reconciliation.json).
-- grain: temporary table payment, one row per payment.
--
-- A window has passed when the stage that is missing has been processed beyond it: the clock is the
-- data's own coverage, so a month that is loaded years later reconciles as it would have then. What was due
-- before the stage's first delivery may have come before it, and waits.
create temp table payment on commit drop as
with
covered as (
    select (c -> 'AUTH' ->> 0)::date as auth_from_on, (c -> 'AUTH' ->> 1)::date as auth_to_on,
           (c -> 'CLEARING' ->> 0)::date as clearing_from_on, (c -> 'CLEARING' ->> 1)::date as clearing_to_on,
           (c -> 'SETTLEMENT' ->> 0)::date as settlement_from_on, (c -> 'SETTLEMENT' ->> 1)::date as settlement_to_on,
           (c -> 'BANK_ENTRY' ->> 0)::date as bank_from_on, (c -> 'BANK_ENTRY' ->> 1)::date as bank_to_on,
           (%(rules)s::jsonb ->> 'rounding_minor')::integer as rounding_minor
    from (select %(coverage)s::jsonb as c) c
),
dated as (
    select s.*, t.clearing_days, t.tolerance_kind, c.*,
           coalesce(r.clearings, 0) as repeated_clearings,
           greatest(s.auth_minor * coalesce(t.over_bps, 0) / 10000.0, coalesce(t.over_minor, 0)) as over_allowed,
           s.authorised_at::date + t.clearing_days as clearing_due_on,
           s.last_cleared_on + t.settlement_days as settlement_due_on,
           s.paid_out_on + t.credit_days as credit_due_on,
           coalesce(t.fx_bps, 0) as fx_bps,
           -- What was cleared, in the currency in which it was settled.
           case when s.settlement_currency = s.cleared_settlement_currency then s.cleared_settlement_minor
                when s.settlement_currency = s.clearing_currency then s.clearing_minor end as comparable_minor
    from summed s
    cross join covered c
    join term t on t.terms = s.terms
    left join repeated r on r.match_id = s.match_id
),
compared as (
    select d.*,
           d.clearings > 1 and d.repeated_clearings > 0 as duplicate_clearing,
           d.clearings > 0 and d.settlements > d.clearings
               and abs(d.settlement_minor) > abs(d.comparable_minor) as duplicate_settlement,
           d.settlement_minor - d.comparable_minor as settled_over,
           -- The processor's own rate on a payment that was converted: small, and never a rounding alone.
           d.clearing_currency <> d.cleared_settlement_currency
               and abs(d.settlement_minor - d.comparable_minor) > d.rounding_minor
               and abs(d.settlement_minor - d.comparable_minor) <= abs(d.comparable_minor) * d.fx_bps / 10000.0
               as within_rate
    from dated d
)
select d.*,
       -- Each flag is one possible break; several may hold for one payment.
       d.in_lane and d.clearings > 0 and d.auths = 0
           and coalesce(d.cleared_at::date between d.auth_from_on and d.auth_to_on - 1, false) as missing_auth,
       -- Authorised before the first delivery or after the last one: nothing to hold against it yet.
       d.in_lane and d.clearings > 0 and d.auths = 0
           and not coalesce(d.cleared_at::date between d.auth_from_on and d.auth_to_on - 1, false) as awaits_auth,
       d.in_lane and d.auths > 0 and d.auth_minor > 0 and d.clearings = 0
           and coalesce(d.clearing_due_on between d.clearing_from_on and d.clearing_to_on - 1, false) as missing_clearing,
       d.in_lane and d.auths > 0 and d.auth_minor > 0 and d.clearings = 0
           and not coalesce(d.clearing_due_on between d.clearing_from_on and d.clearing_to_on - 1, false) as awaits_clearing,
       d.in_lane and d.settlements > 0 and d.clearings = 0 and d.auths = 0
           and coalesce(d.settled_on > d.clearing_from_on and d.settled_on < d.clearing_to_on, false) as settled_uncleared,
       d.in_lane and d.settlements > 0 and d.clearings = 0 and d.auths = 0
           and not coalesce(d.settled_on > d.clearing_from_on and d.settled_on < d.clearing_to_on, false)
           as settled_awaits_clearing,
       d.in_lane and d.clearings > 0 and d.settlements = 0 and d.clearing_minor > 0
           and coalesce(d.settlement_due_on between d.settlement_from_on and d.settlement_to_on - 1, false) as missing_settlement,
       d.in_lane and d.clearings > 0 and d.settlements = 0 and d.clearing_minor > 0
           and not coalesce(d.settlement_due_on between d.settlement_from_on and d.settlement_to_on - 1, false) as awaits_settlement,
       d.clearings > 0 and d.auths > 0 and (d.clearing_currency <> d.auth_currency
           or d.clearing_currency <> d.other_clearing_currency) as currency_differs,
       d.clearings > 0 and d.auths > 0 and d.clearing_currency = d.auth_currency
           and d.clearing_currency = d.other_clearing_currency
           and d.repeated_clearings = 0 and d.clearing_minor > d.auth_minor as cleared_above,
       -- A capture below the authorisation is expected business; above it, tolerance decides.
       d.clearing_minor - d.auth_minor <= d.over_allowed as within_tolerance,
       d.settlements > 0 and d.clearings > 0 and d.settled_over <> 0 and not d.duplicate_clearing
           and not d.duplicate_settlement and not d.within_rate as settled_differs,
       abs(d.settled_over) <= d.rounding_minor as is_rounding,
       d.settlements > 0 and d.clearings > 0 and d.comparable_minor is null as settlement_currency_differs,
       d.clearings > 0 and d.auths > 0 and d.cleared_on < (d.authorised_at at time zone 'UTC')::date as out_of_order,
       d.clearings > 0 and d.auths > 0 and d.cleared_on > d.clearing_due_on as late_presentment,
       -- A payout before the first statement may have been credited before it; of nothing, none is credited.
       d.payouts > 0 and d.payout_minor <> 0 and d.bank_entries = 0
           and coalesce(d.credit_due_on < d.bank_to_on and d.paid_out_on >= d.bank_from_on, false) as missing_bank_credit,
       d.payouts > 0 and d.payout_minor <> 0 and d.bank_entries = 0
           and not coalesce(d.credit_due_on < d.bank_to_on and d.paid_out_on >= d.bank_from_on, false)
           as awaits_bank_credit,
       d.payouts > 0 and d.bank_entries > 0 and d.payout_currency = d.credited_currency
           and d.payout_minor <> d.credited_minor as credit_differs,
       d.payouts > 0 and d.bank_entries > 0 and d.payout_currency <> d.credited_currency as credit_currency_differs,
       d.refunds > 0 and d.auths = 0 and d.clearings = 0 and d.settlements = 0 as refund_unlinked,
       d.disputes > 0 and d.auths = 0 and d.clearings = 0 and d.settlements = 0 as chargeback_unlinked,
       d.fraud_reports > 0 and d.auths = 0 and d.clearings = 0 and d.settlements = 0 and d.refunds = 0 and d.disputes = 0
           as fraud_unlinked,
       d.damaged_arn is not null as damaged_reference
from compared d
