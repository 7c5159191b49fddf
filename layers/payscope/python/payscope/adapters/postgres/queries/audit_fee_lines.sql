-- purpose: the settled lines of the payments that a report touched, with what decides about their interchange.
-- parameters: bank_id uuid, turns date[] (days on which a rule begins or has just ended).
-- grain: temporary table fee_line, one row per current settlement event in fee_member that states its interchange.
-- Amounts are minor units of the settlement currency, positive as costs. passed_minor is what the clearing
-- charged for the whole payment and taken_minor what its settlement took; they stand on one of its lines, and
-- only where both sides are complete.
create temp table fee_line on commit drop as
with
payment as (
    select m.match_id,
           max(m.merchant_id) as merchant_id, max(m.mcc) as mcc, max(m.network) as network, max(m.bin) as bin,
           max(m.country) as country, max(m.issuer_country) as issuer_country, max(m.channel) as channel,
           max(m.entry_mode) as entry_mode, max(m.three_ds) as three_ds,
           (min(m.booked_on) filter (where m.event_type = 'CLEARING'))
               - (min(m.occurred_at) filter (where m.event_type = 'AUTH' and m.approved) at time zone 'UTC')::date as days,
           count(*) filter (where m.event_type = 'CLEARING') as clearings,
           count(m.interchange_minor) filter (where m.event_type = 'CLEARING') as priced_clearings,
           count(*) filter (where m.event_type = 'SETTLEMENT') as settlements,
           count(m.interchange_minor) filter (where m.event_type = 'SETTLEMENT') as priced_settlements,
           count(distinct m.settled_in) filter (where m.event_type <> 'AUTH') as currencies,
           -sum(m.interchange_minor) filter (where m.event_type = 'CLEARING') as passed_minor,
           -sum(m.interchange_minor) filter (where m.event_type = 'SETTLEMENT') as taken_minor,
           (array_agg(m.event_id order by m.event_id) filter (where m.event_type = 'SETTLEMENT'))[1] as first_line
    from fee_member m
    group by m.match_id
    having count(m.interchange_minor) filter (where m.event_type = 'SETTLEMENT') > 0
),
line as (
    select m.event_id, m.report_id, k.evidence ->> 'payment_key' as payment_key, m.booked_on,
           p.merchant_id, p.network, m.settled_in as currency, m.gross_minor, -m.interchange_minor as charged_minor,
           case when p.clearings = p.settlements and p.priced_clearings = p.clearings
                     and p.priced_settlements = p.settlements and p.currencies = 1 and m.event_id = p.first_line
                then p.passed_minor end as passed_minor,
           p.taken_minor, i.product, coalesce(p.country, a.country) as merchant_country,
           coalesce(p.issuer_country, i.country) as issuer_country, coalesce(p.mcc, a.mcc) as mcc, p.channel,
           greatest(p.days, 0) as days, p.entry_mode, p.three_ds,
           (%(turns)s::date[])[width_bucket(m.booked_on, %(turns)s::date[])] as since_on
    from fee_member m
    join payment p on p.match_id = m.match_id
    join payscope.match k on k.bank_id = %(bank_id)s and k.match_id = m.match_id
    left join payscope.issuer i on i.bank_id = %(bank_id)s and i.bin = p.bin
    left join payscope.merchant a on a.bank_id = %(bank_id)s and a.merchant_id = p.merchant_id
    where m.event_type = 'SETTLEMENT' and m.interchange_minor is not null and m.gross_minor > 0
)
select l.*,
       md5(jsonb_build_array(l.since_on, l.currency, l.network, l.product, l.merchant_country, l.issuer_country,
                             l.mcc, l.channel, l.days, l.entry_mode, l.three_ds)::text) as case_key
from line l
