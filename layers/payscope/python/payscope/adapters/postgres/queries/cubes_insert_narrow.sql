-- purpose: the narrow cubes of these days, each summed from a wide one that was just rolled up.
-- parameters: bank_id uuid, days date[], now timestamptz.
-- grain: one row per cube, day on each clock and combination of the cube's attributes.
insert into payscope.event_cube_daily (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, exclusion, approved, is_first,
    intent_approved, delay_days, currency, settlement_currency, network, channel, merchant_id, mcc, country,
    issuer_country, bin, response_code, decline_family, row_count, amount_minor, absolute_minor, settlement_minor,
    fee_minor, interchange_minor, scheme_fee_minor, markup_minor, row_xor, rolled_up_at)
select %(bank_id)s, w.narrow, w.occurred_on, w.booked_on, w.event_type, w.subtype, w.source, w.exclusion, w.approved,
       w.is_first, w.intent_approved, w.delay_days, w.currency, w.settlement_currency, w.network, w.channel,
       w.merchant_id, w.mcc, w.country, w.issuer_country, w.bin, w.response_code, w.decline_family, sum(w.row_count),
       sum(w.amount_minor), sum(w.absolute_minor), sum(w.settlement_minor), sum(w.fee_minor),
       sum(w.interchange_minor), sum(w.scheme_fee_minor), sum(w.markup_minor), bit_xor(w.row_xor), %(now)s
from (
    select case d.cube when 'hour' then 'network' when 'merchant' then 'shop' else 'bin' end as narrow, d.occurred_on,
           d.booked_on, d.event_type, d.subtype, d.source, d.exclusion, d.approved, d.is_first, d.intent_approved,
           d.delay_days, d.currency, d.settlement_currency, d.network,
           case d.cube when 'hour' then d.channel else '' end as channel, d.merchant_id, d.mcc, d.country,
           case d.cube when 'issuer' then d.issuer_country else '' end as issuer_country, d.bin,
           case d.cube when 'hour' then d.response_code else '' end as response_code, d.decline_family, d.row_count,
           d.amount_minor, d.absolute_minor, d.settlement_minor, d.fee_minor, d.interchange_minor, d.scheme_fee_minor,
           d.markup_minor, d.row_xor
    from payscope.event_cube_daily d
    where d.bank_id = %(bank_id)s and d.cube in ('hour', 'merchant', 'issuer')
      and d.occurred_on = any(%(days)s::date[])
) w
group by w.narrow, w.occurred_on, w.booked_on, w.event_type, w.subtype, w.source, w.exclusion, w.approved, w.is_first,
         w.intent_approved, w.delay_days, w.currency, w.settlement_currency, w.network, w.channel, w.merchant_id,
         w.mcc, w.country, w.issuer_country, w.bin, w.response_code, w.decline_family
