-- purpose: one verdict per touched payment, from the events gathered for it.
-- parameters: bank_id uuid, rules jsonb (domain/rules/reconciliation.json).
-- grain: temporary table payment, one row per payment_key; sums are minor units of the named currency.
--
-- A window has passed when the stage that is missing has been delivered beyond it: the clock is the
-- data's own coverage, so a month that is loaded years later reconciles as it would have then.
create temp table payment on commit drop as
with
coverage as (
    select l.event_type, min(r.first_at)::date as from_on, max(r.last_at)::date as to_on
    from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
    join payscope.report r on r.bank_id = %(bank_id)s and r.source = l.source and r.rows_loaded > 0
    group by l.event_type
),
lane as (
    select event_type, source from jsonb_to_recordset(%(rules)s::jsonb -> 'lanes') as l (event_type text, source text)
),
tolerance as (
    select mcc_from, mcc_to, over_bps, kind
    from jsonb_to_recordset(%(rules)s::jsonb -> 'tolerances')
        as t (mcc_from text, mcc_to text, over_bps integer, kind text)
),
clearing_window as (
    select network, card_present, days
    from jsonb_to_recordset(%(rules)s::jsonb -> 'clearing_windows') as w (network text, card_present boolean, days integer)
),
summed as (
    select g.payment_key,
           min(g.score) as score,
           (array_agg(g.rule order by g.score, g.rule))[1] as rule,
           bool_or((g.event_type, g.source) in (select event_type, source from lane)) as in_lane,
           max(g.merchant_id) as merchant_id, max(g.network) as network, max(g.mcc) as mcc,
           coalesce(bool_or(g.card_present), max(g.channel) = 'POS', false) as card_present,
           min(g.occurred_at) filter (where g.event_type = 'AUTH' and g.approved) as authorised_at,
           count(*) filter (where g.event_type = 'AUTH' and g.approved
               and coalesce(g.exclusion, 'INCREMENTAL') = 'INCREMENTAL') as auths,
           coalesce(sum(g.amount_minor) filter (where (g.event_type = 'AUTH' and g.approved
               and coalesce(g.exclusion, 'INCREMENTAL') = 'INCREMENTAL') or g.event_type = 'AUTH_REVERSAL'), 0) as auth_minor,
           min(g.currency) filter (where g.event_type = 'AUTH' and g.approved) as auth_currency,
           count(*) filter (where g.event_type = 'CLEARING') as clearings,
           coalesce(sum(g.amount_minor) filter (where g.event_type = 'CLEARING'), 0) as clearing_minor,
           min(g.currency) filter (where g.event_type = 'CLEARING') as clearing_currency,
           count(distinct g.currency) filter (where g.event_type = 'CLEARING') as clearing_currencies,
           coalesce(sum(g.settlement_minor) filter (where g.event_type = 'CLEARING'), 0) as cleared_settlement_minor,
           min(g.settlement_currency) filter (where g.event_type = 'CLEARING') as cleared_settlement_currency,
           min(g.occurred_at) filter (where g.event_type = 'CLEARING') as cleared_at,
           min(g.booked_on) filter (where g.event_type = 'CLEARING') as cleared_on,
           max(g.booked_on) filter (where g.event_type = 'CLEARING') as last_cleared_on,
           count(*) filter (where g.event_type = 'CLEARING') - count(distinct (g.arn, g.amount_minor, g.sequence))
               filter (where g.event_type = 'CLEARING') as repeated_clearings,
           count(*) filter (where g.event_type = 'SETTLEMENT') as settlements,
           coalesce(sum(g.amount_minor) filter (where g.event_type = 'SETTLEMENT'), 0) as settlement_minor,
           min(g.currency) filter (where g.event_type = 'SETTLEMENT') as settlement_currency,
           min(g.booked_on) filter (where g.event_type = 'SETTLEMENT') as settled_on,
           count(*) filter (where g.event_type = 'REFUND') as refunds,
           count(*) filter (where g.event_type = 'DISPUTE') as disputes,
           min(g.booked_on) filter (where g.event_type in ('REFUND', 'DISPUTE')) as returned_on,
           count(*) filter (where g.event_type = 'ADJUSTMENT') as payouts,
           coalesce(-sum(coalesce(g.settlement_minor, g.amount_minor)) filter (where g.event_type = 'ADJUSTMENT'), 0) as payout_minor,
           min(coalesce(g.settlement_currency, g.currency)) filter (where g.event_type = 'ADJUSTMENT') as payout_currency,
           max(g.booked_on) filter (where g.event_type = 'ADJUSTMENT') as paid_out_on,
           count(*) filter (where g.event_type = 'BANK_ENTRY') as bank_entries,
           coalesce(sum(g.amount_minor) filter (where g.event_type = 'BANK_ENTRY'), 0) as credited_minor,
           min(g.currency) filter (where g.event_type = 'BANK_ENTRY') as credited_currency,
           min(g.booked_on) filter (where g.event_type = 'BANK_ENTRY') as credited_on,
           bool_or(g.arn ~ '[eE][+]') as damaged_reference,
           min(g.currency) filter (where g.event_type = 'REFUND') as refund_currency,
           coalesce(sum(g.amount_minor) filter (where g.event_type = 'REFUND'), 0)::bigint as refund_minor,
           min(g.currency) filter (where g.event_type = 'DISPUTE') as dispute_currency,
           coalesce(sum(g.amount_minor) filter (where g.event_type = 'DISPUTE'), 0)::bigint as dispute_minor,
           min(g.arn) filter (where g.arn ~ '[eE][+]') as damaged_arn,
           (array_agg(g.event_id order by g.occurred_at, g.event_id))[1] as first_event_id,
           (array_agg(g.report_id order by g.occurred_at, g.event_id))[1] as first_report_id,
           min(g.booked_on) as first_on
    from gathered g
    group by g.payment_key
),
expected as (
    select s.*,
           (select w.days from clearing_window w where w.network in (s.network, '') and w.card_present = s.card_present
            order by w.network desc limit 1) as window_days,
           coalesce((select max(t.over_bps) from tolerance t where s.mcc between t.mcc_from and t.mcc_to), 0) as over_bps,
           (select t.kind from tolerance t where s.mcc between t.mcc_from and t.mcc_to order by t.over_bps desc limit 1) as tolerance_kind,
           -- What was cleared, in the currency in which it was settled.
           case when s.settlement_currency = s.cleared_settlement_currency then s.cleared_settlement_minor
                when s.settlement_currency = s.clearing_currency then s.clearing_minor end as comparable_minor
    from summed s
),
dated as (
    select e.*,
           (e.authorised_at::date + e.window_days) as clearing_due_on,
           (e.last_cleared_on + (%(rules)s::jsonb ->> 'settlement_window_days')::integer) as settlement_due_on,
           (select from_on from coverage where event_type = 'AUTH') as auth_from_on,
           (select to_on from coverage where event_type = 'AUTH') as auth_to_on,
           (select to_on from coverage where event_type = 'CLEARING') as clearing_to_on,
           (select from_on from coverage where event_type = 'CLEARING') as clearing_from_on,
           (select to_on from coverage where event_type = 'SETTLEMENT') as settlement_to_on,
           (e.paid_out_on + (%(rules)s::jsonb ->> 'bank_credit_window_days')::integer) as credit_due_on,
           (select max(r.last_at)::date from payscope.report r
            where r.bank_id = %(bank_id)s and r.source = %(rules)s::jsonb ->> 'bank_source' and r.rows_loaded > 0) as bank_to_on
    from expected e
)
select d.*,
       -- Each flag is one possible break; several may hold for one payment.
       d.in_lane and d.clearings > 0 and d.auths = 0
           and coalesce(d.cleared_at::date between d.auth_from_on and d.auth_to_on - 1, false) as missing_auth,
       -- Authorised before the first delivery or after the last one: nothing to hold against it yet.
       d.in_lane and d.clearings > 0 and d.auths = 0
           and not coalesce(d.cleared_at::date between d.auth_from_on and d.auth_to_on - 1, false) as awaits_auth,
       d.in_lane and d.auths > 0 and d.auth_minor > 0 and d.clearings = 0
           and d.clearing_due_on < d.clearing_to_on as missing_clearing,
       d.in_lane and d.auths > 0 and d.auth_minor > 0 and d.clearings = 0
           and (d.clearing_to_on is null or d.clearing_due_on >= d.clearing_to_on) as awaits_clearing,
       d.in_lane and d.settlements > 0 and d.clearings = 0 and d.auths = 0
           and coalesce(d.settled_on > d.clearing_from_on and d.settled_on < d.clearing_to_on, false) as settled_uncleared,
       d.in_lane and d.settlements > 0 and d.clearings = 0 and d.auths = 0
           and not coalesce(d.settled_on > d.clearing_from_on and d.settled_on < d.clearing_to_on, false)
           as settled_awaits_clearing,
       d.in_lane and d.clearings > 0 and d.settlements = 0 and d.clearing_minor > 0
           and d.settlement_due_on < d.settlement_to_on as missing_settlement,
       d.in_lane and d.clearings > 0 and d.settlements = 0 and d.clearing_minor > 0
           and (d.settlement_to_on is null or d.settlement_due_on >= d.settlement_to_on) as awaits_settlement,
       d.clearings > 1 and d.repeated_clearings > 0 as duplicate_clearing,
       d.clearings > 0 and d.settlements > d.clearings
           and abs(d.settlement_minor) > abs(d.comparable_minor) as duplicate_settlement,
       d.clearings > 0 and d.auths > 0
           and (d.clearing_currency <> d.auth_currency or d.clearing_currencies > 1) as currency_differs,
       d.clearings > 0 and d.auths > 0 and d.clearing_currency = d.auth_currency and d.clearing_currencies = 1
           and d.repeated_clearings = 0 and d.clearing_minor > d.auth_minor as cleared_above,
       -- A capture below the authorisation is expected business; above it, tolerance decides.
       d.clearing_minor - d.auth_minor <= d.auth_minor * d.over_bps / 10000.0 as within_tolerance,
       d.settlements > 0 and d.clearings > 0 and d.comparable_minor is not null
           and d.settlement_minor <> d.comparable_minor and not (d.clearings > 1 and d.repeated_clearings > 0)
           and not (d.settlements > d.clearings and abs(d.settlement_minor) > abs(d.comparable_minor)) as settled_differs,
       abs(d.settlement_minor - d.comparable_minor) <= (%(rules)s::jsonb ->> 'rounding_minor')::integer as is_rounding,
       d.settlements > 0 and d.clearings > 0 and d.comparable_minor is null as settlement_currency_differs,
       d.clearings > 0 and d.auths > 0 and d.cleared_on < (d.authorised_at at time zone 'UTC')::date as out_of_order,
       d.clearings > 0 and d.auths > 0 and d.cleared_on > d.clearing_due_on as late_presentment,
       d.payouts > 0 and d.bank_entries = 0 and coalesce(d.credit_due_on < d.bank_to_on, false) as missing_bank_credit,
       d.payouts > 0 and d.bank_entries = 0 and not coalesce(d.credit_due_on < d.bank_to_on, false) as awaits_bank_credit,
       d.payouts > 0 and d.bank_entries > 0 and d.payout_currency = d.credited_currency
           and d.payout_minor <> d.credited_minor as credit_differs,
       d.payouts > 0 and d.bank_entries > 0 and d.payout_currency <> d.credited_currency as credit_currency_differs,
       d.refunds > 0 and d.auths = 0 and d.clearings = 0 and d.settlements = 0 as refund_unlinked,
       d.disputes > 0 and d.auths = 0 and d.clearings = 0 and d.settlements = 0 as chargeback_unlinked
from dated d
where d.auths + d.clearings + d.settlements + d.refunds + d.disputes + d.payouts > 0
