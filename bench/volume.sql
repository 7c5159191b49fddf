-- purpose: one month of a bank's payments, all stages of them, straight into the ledger.
-- parameters: bank_id uuid, payments bigint (of the whole year), start_on date (of the year),
--             month_on date (its first day), merchants integer.
-- grain: one row of payscope.event per stage of a payment that was authorised in the month.
--
-- Everything about payment n follows from hashes of n, so that a smaller bank has the same merchants, cards and
-- habits as a larger one, only fewer payments a day.
insert into payscope.event (
    bank_id, event_id, content_hash, source, event_type, subtype, source_ref, occurred_at, booked_on,
    amount_minor, currency, settlement_minor, settlement_currency, fee_minor, interchange_minor, scheme_fee_minor,
    markup_minor, merchant_id, mcc, network, bin, card_token, country, issuer_country, channel, entry_mode,
    card_present, three_ds, response_code, decline_family, approved, lifecycle_id, arn, order_ref, reason_code,
    report_id, row_number)
with payment as (
    select n, day_on, day_on + (h2 %% 82800) * interval '1 second' as at,
           case when m.currency = 'JPY' then 100 + h3 %% 20000 else 300 + h3 %% 25000 end as minor,
           m.merchant_id, m.mcc, m.country, m.currency,
           (array['VISA', 'VISA', 'MASTERCARD', 'MASTERCARD', 'AMEX'])[1 + h4 %% 5] as network,
           h4 %% 40 as card_range, h5 %% (%(payments)s / 8 + 1) as card,
           (array['DE', 'FR', 'GB', 'US', 'NL'])[1 + (h4 %% 40) %% 5] as issuer_country,
           case when h6 %% 10 < m.online then 'ECOM' else 'POS' end as channel,
           case when h7 %% 100 < 8 then 1 + h7 / 100 %% 4 else 0 end as declined,
           day_on + (h8 %% 3)::int as cleared_on, day_on + (h8 %% 3)::int + 1 + (h8 / 8 %% 4)::int as settled_on,
           h9 %% 1000 as fate
    from (
        select n, %(start_on)s::date + (n * 365 / %(payments)s)::int as day_on,
               abs(hashint8extended(n, 1)) / 4 as h1, abs(hashint8extended(n, 2)) / 4 as h2,
               abs(hashint8extended(n, 3)) / 4 as h3, abs(hashint8extended(n, 4)) / 4 as h4,
               abs(hashint8extended(n, 5)) / 4 as h5, abs(hashint8extended(n, 6)) / 4 as h6,
               abs(hashint8extended(n, 7)) / 4 as h7, abs(hashint8extended(n, 8)) / 4 as h8,
               abs(hashint8extended(n, 9)) / 4 as h9
        from generate_series(
            (%(month_on)s::date - %(start_on)s::date) * %(payments)s::bigint / 365,
            least((%(month_on)s::date + interval '1 month')::date - %(start_on)s::date, 365) * %(payments)s::bigint / 365
        ) as n
    ) hashed
    -- The square makes few merchants large and most of them small.
    cross join lateral (
        select 'M-' || lpad(place::text, 5, '0') as merchant_id,
               (array['5814', '5942', '4511', '5812', '7994', '5411', '4722', '7011'])[1 + place %% 8] as mcc,
               (array['DE', 'NL', 'FR', 'GB', 'JP'])[1 + place %% 5] as country,
               (array['EUR', 'EUR', 'EUR', 'GBP', 'JPY'])[1 + place %% 5] as currency, place %% 10 as online
        from (select (%(merchants)s * ((h1 %% 10000) / 10000.0) ^ 2)::int as place) p
    ) m
    where day_on >= %(month_on)s and day_on < %(month_on)s::date + interval '1 month'
      and day_on < %(start_on)s::date + 365
), stage (event_type, source, subtype, file, sign, from_fate, to_fate) as (values
    ('AUTH', 'acquirer', null, 'auth', 1, 0, 999),
    ('CLEARING', 'scheme', null, 'clearing', 1, 0, 999),
    ('SETTLEMENT', 'processor', null, 'settlement', 1, 0, 989),
    ('REFUND', 'scheme', null, 'clearing', -1, 0, 39),
    ('DISPUTE', 'acquirer', 'FIRST_CHARGEBACK', 'disputes', -1, 40, 46),
    ('FRAUD_REPORT', 'scheme', null, 'fraud', -1, 44, 48)
), placed as (
    select p.*, s.*,
           case s.event_type when 'AUTH' then p.day_on when 'CLEARING' then p.cleared_on
                when 'SETTLEMENT' then p.settled_on when 'REFUND' then p.cleared_on + 5
                else p.cleared_on + 14 end as booked_on
    from payment p
    join stage s on p.fate between s.from_fate and s.to_fate and (s.event_type = 'AUTH' or p.declined = 0)
)
select %(bank_id)s, md5(event_type || n)::uuid, md5('c' || event_type || n)::uuid, source, event_type, subtype,
       left(event_type, 1) || n,
       case when event_type in ('SETTLEMENT', 'DISPUTE', 'FRAUD_REPORT') then booked_on::timestamptz else at end,
       booked_on, sign * minor, currency,
       case event_type when 'SETTLEMENT' then minor - minor / 500 - 3 - minor / 250 end,
       case event_type when 'SETTLEMENT' then currency end,
       case event_type when 'SETTLEMENT' then -(minor / 500) - 3 - minor / 250 end,
       case event_type when 'SETTLEMENT' then -(minor / 500) end,
       case event_type when 'SETTLEMENT' then -3 end,
       case event_type when 'SETTLEMENT' then -(minor / 250) end,
       merchant_id, mcc, network, (400000 + card_range)::text, 'T' || card, country, issuer_country, channel,
       case channel when 'ECOM' then 'ECOM' else (array['CHIP', 'CONTACTLESS'])[1 + fate %% 2] end,
       channel = 'POS', case channel when 'ECOM' then (array['AUTHENTICATED', 'NONE'])[1 + fate %% 2] end,
       case event_type when 'AUTH' then (array['00', '51', '05', '91', '59'])[1 + declined] end,
       case event_type when 'AUTH' then (array[null, 'ISSUER_SOFT', 'ISSUER_SOFT', 'TECHNICAL', 'FRAUD'])[1 + declined] end,
       case event_type when 'AUTH' then declined = 0 end,
       'L' || n, case when event_type <> 'AUTH' then lpad(n::text, 23, '7') end,
       'O' || case when n %% 25 = 1 then n - 1 else n end,
       case event_type when 'DISPUTE' then (array['10.4', '13.1'])[1 + fate %% 2] end,
       md5(file || booked_on)::uuid, n
from placed
