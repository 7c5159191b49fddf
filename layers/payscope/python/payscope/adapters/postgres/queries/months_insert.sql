-- purpose: the second half of a refresh by months: sum the cubes of the days of these months.
-- parameters: bank_id uuid, months date[], first date and last date (the earliest and the latest of them),
--             cubes text[] (all of them where null), now timestamptz.
-- grain: one row per cube, month on each clock and combination of the cube's attributes.
insert into payscope.event_cube_monthly (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, exclusion, approved, is_first,
    intent_approved, delay_days, match_state, report_id, currency, settlement_currency, network, channel,
    merchant_id, mcc, country, issuer_country, bin, hour, entry_mode, three_ds, card_present, response_code,
    decline_family, reason_code, row_count, amount_minor, absolute_minor, settlement_minor, fee_minor,
    interchange_minor, scheme_fee_minor, markup_minor, row_xor, rolled_up_at)
select %(bank_id)s, d.cube, date_trunc('month', d.occurred_on::timestamp)::date,
       date_trunc('month', d.booked_on::timestamp)::date, d.event_type, d.subtype, d.source, d.exclusion, d.approved,
       d.is_first, d.intent_approved, d.delay_days, d.match_state, d.report_id, d.currency, d.settlement_currency,
       d.network, d.channel, d.merchant_id, d.mcc, d.country, d.issuer_country, d.bin, d.hour, d.entry_mode,
       d.three_ds, d.card_present, d.response_code, d.decline_family, d.reason_code, sum(d.row_count), sum(d.amount_minor), sum(d.absolute_minor), sum(d.settlement_minor),
       sum(d.fee_minor), sum(d.interchange_minor), sum(d.scheme_fee_minor), sum(d.markup_minor), bit_xor(d.row_xor),
       %(now)s
from payscope.event_cube_daily d
where d.bank_id = %(bank_id)s and d.occurred_on >= %(first)s and d.occurred_on < (%(last)s::date + interval '1 month')::date
  and date_trunc('month', d.occurred_on::timestamp)::date = any(%(months)s::date[])
  and (%(cubes)s::text[] is null or d.cube = any(%(cubes)s::text[]))
group by 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
