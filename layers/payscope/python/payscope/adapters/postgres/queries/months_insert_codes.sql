-- purpose: the months of what event_daily has: shops and response codes together.
-- parameters: bank_id uuid, months date[], first date and last date (the earliest and the latest of them),
--             now timestamptz.
-- grain: one row per month on each clock and combination of the kept attributes.
insert into payscope.event_cube_monthly (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, network, merchant_id, mcc, country, channel,
    response_code, decline_family, exclusion, approved, currency, settlement_currency, row_count, amount_minor,
    absolute_minor, settlement_minor, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, row_xor,
    rolled_up_at)
select %(bank_id)s, 'code', date_trunc('month', d.occurred_on::timestamp)::date,
       date_trunc('month', d.booked_on::timestamp)::date, d.event_type, d.subtype, d.source, d.network, d.merchant_id,
       d.mcc, d.country, d.channel, d.response_code, d.decline_family, d.exclusion, d.approved, d.currency,
       d.settlement_currency, sum(d.row_count), sum(d.amount_minor), 0, sum(d.settlement_minor),
       sum(d.fee_minor), sum(d.interchange_minor), sum(d.scheme_fee_minor), sum(d.markup_minor), bit_xor(d.row_xor),
       %(now)s
from payscope.event_daily d
where d.bank_id = %(bank_id)s and d.occurred_on >= %(first)s and d.occurred_on < (%(last)s::date + interval '1 month')::date
  and date_trunc('month', d.occurred_on::timestamp)::date = any(%(months)s::date[])
group by 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
