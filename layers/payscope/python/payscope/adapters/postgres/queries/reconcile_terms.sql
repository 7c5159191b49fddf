-- purpose: the windows and tolerances that hold for a kind of payment on a day.
-- parameters: rules jsonb (domain/reconcile/rules/reconciliation.json).
-- grain: temporary table term, one row per kind of payment and day (network, merchant category, card present).
--
-- The most specific rule that is in force wins: of the network before any, of the merchant category before any,
-- the youngest first. Rules are looked up once for each kind of payment, not once for each payment.
create temp table term on commit drop as
with
kind as (
    select terms, coalesce(min(network), '') as network, coalesce(min(mcc), '') as mcc,
           bool_or(card_present) as card_present, min(coalesce(authorised_at::date, first_on)) as on_day
    from summed
    group by terms
)
select k.terms, c.days as clearing_days, s.days as settlement_days,
       b.days as credit_days, t.over_bps, t.over_minor, t.kind as tolerance_kind, x.bps as fx_bps
from kind k
left join lateral (
    select w.days
    from jsonb_to_recordset(%(rules)s::jsonb -> 'clearing_windows')
        as w (network text, card_present boolean, mcc_from text, mcc_to text, days integer, "from" date, "to" date)
    where w.network in (k.network, '') and w.card_present = k.card_present
      and k.mcc between coalesce(w.mcc_from, '') and coalesce(w.mcc_to, '9999')
      and k.on_day >= w."from" and k.on_day <= coalesce(w."to", 'infinity')
    order by w.network desc, w.mcc_from is null, w."from" desc limit 1
) c on true
left join lateral (
    select w.days
    from jsonb_to_recordset(%(rules)s::jsonb -> 'settlement_windows') as w (network text, days integer, "from" date, "to" date)
    where w.network in (k.network, '') and k.on_day >= w."from" and k.on_day <= coalesce(w."to", 'infinity')
    order by w.network desc, w."from" desc limit 1
) s on true
left join lateral (
    select w.days
    from jsonb_to_recordset(%(rules)s::jsonb -> 'bank_credit_windows') as w (days integer, "from" date, "to" date)
    where k.on_day >= w."from" and k.on_day <= coalesce(w."to", 'infinity')
    order by w."from" desc limit 1
) b on true
left join lateral (
    select t.over_bps, t.over_minor, t.kind
    from jsonb_to_recordset(%(rules)s::jsonb -> 'tolerances')
        as t (network text, mcc_from text, mcc_to text, over_bps integer, over_minor bigint, kind text, "from" date, "to" date)
    where t.network in (k.network, '') and k.mcc between t.mcc_from and t.mcc_to
      and k.on_day >= t."from" and k.on_day <= coalesce(t."to", 'infinity')
    order by t.network desc, t.over_bps desc, t."from" desc limit 1
) t on true
left join lateral (
    select x.bps
    from jsonb_to_recordset(%(rules)s::jsonb -> 'fx_tolerances') as x (network text, bps integer, "from" date, "to" date)
    where x.network in (k.network, '') and k.on_day >= x."from" and k.on_day <= coalesce(x."to", 'infinity')
    order by x.network desc, x."from" desc limit 1
) x on true
