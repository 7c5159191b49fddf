-- purpose: the daily facts of a bank by one dimension, from the roll-up; by issuer from the events.
-- parameters: bank_id uuid, start_on date, end_on date, dimension text, by_issuer boolean,
--   happened_from date (no event of the range happened before it), event_types text[] or null,
--   and per filter a text[] or null: networks, issuers, merchants, mccs, countries, channels,
--   response_codes, decline_families, currencies.
-- grain: one row per day (request day of authorisations, booking day of the rest), slice and currency.
-- Several sources report the same payment; the first tier of "counted" that the bank has counts.
with
rows as not materialized (
    select d.occurred_on, d.booked_on, d.event_type, d.subtype, d.source, d.network, d.merchant_id,
           coalesce(nullif(d.mcc, ''), m.mcc, '') as mcc, coalesce(nullif(d.country, ''), m.country, '') as country,
           d.channel, d.response_code, d.decline_family, d.exclusion, d.approved, d.currency,
           d.settlement_currency, d.row_count, d.amount_minor, d.settlement_minor, d.fee_minor, d.interchange_minor,
           d.scheme_fee_minor, d.markup_minor, ''::text as issuer, ''::text as issuer_name
    from payscope.event_daily d
    left join payscope.merchant m on m.bank_id = d.bank_id and m.merchant_id = d.merchant_id
    where d.bank_id = %(bank_id)s and not %(by_issuer)s::boolean
      and (%(event_types)s::text[] is null or d.event_type = any(%(event_types)s::text[]))
    union all
    select (e.occurred_at at time zone 'UTC')::date, e.booked_on, e.event_type, coalesce(e.subtype, ''), e.source,
           coalesce(e.network, ''), coalesce(e.merchant_id, ''), coalesce(e.mcc, m.mcc, ''),
           coalesce(e.country, m.country, ''),
           coalesce(e.channel, ''), coalesce(e.response_code, ''), coalesce(e.decline_family, ''),
           coalesce(e.exclusion, ''), e.approved, e.currency, coalesce(e.settlement_currency, ''),
           1, e.amount_minor, coalesce(e.settlement_minor, 0), coalesce(e.fee_minor, 0), coalesce(e.interchange_minor, 0),
           coalesce(e.scheme_fee_minor, 0), coalesce(e.markup_minor, 0), coalesce(i.issuer_id, ''),
           coalesce(i.name, '')
    from payscope.event e
    left join payscope.issuer i on i.bank_id = e.bank_id and i.bin = e.bin
    left join payscope.merchant m on m.bank_id = e.bank_id and m.merchant_id = e.merchant_id
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity' and %(by_issuer)s::boolean
      and (%(event_types)s::text[] is null or e.event_type = any(%(event_types)s::text[]))
      and e.occurred_at >= %(happened_from)s::date
      and e.occurred_at < %(end_on)s::date + interval '2 days'
),
counted as (
    select event_type, source from (
        select event_type, source,
               rank() over (partition by event_type order by case
                   when event_type in ('AUTH', 'DISPUTE') and source = 'acquirer' then 0
                   when event_type in ('CLEARING', 'REFUND', 'DISPUTE') and source = 'scheme' then 1
                   else 2 end) as place
        from (select distinct d.event_type, d.source from payscope.event_daily d
              where d.bank_id = %(bank_id)s) reported
    ) ranked
    where place = 1
),
kept as (
    select r.*, case when r.event_type = 'AUTH' then r.occurred_on else r.booked_on end as day_on,
           case %(dimension)s::text
               when 'network' then r.network when 'issuer' then r.issuer when 'merchant' then r.merchant_id
               when 'mcc' then r.mcc when 'country' then r.country when 'channel' then r.channel
               when 'response_code' then r.response_code when 'decline_family' then r.decline_family
               else '' end as slice,
           r.source not in ('acquirer', 'scheme', 'bank') as in_settlement_report
    from rows r
    where case when r.event_type = 'AUTH' then r.occurred_on else r.booked_on end
          between %(start_on)s::date and %(end_on)s::date
      and (%(networks)s::text[] is null or r.network = any(%(networks)s::text[]))
      and (%(issuers)s::text[] is null or r.issuer = any(%(issuers)s::text[])
           or r.issuer_name = any(%(issuers)s::text[]))
      and (%(merchants)s::text[] is null or r.merchant_id = any(%(merchants)s::text[]))
      and (%(mccs)s::text[] is null or r.mcc = any(%(mccs)s::text[]))
      and (%(countries)s::text[] is null or r.country = any(%(countries)s::text[]))
      and (%(channels)s::text[] is null or r.channel = any(%(channels)s::text[]))
      and (%(response_codes)s::text[] is null or r.response_code = any(%(response_codes)s::text[]))
      and (%(decline_families)s::text[] is null or r.decline_family = any(%(decline_families)s::text[]))
),
chosen as (
    select k.* from kept k
    where (k.event_type, k.source) in (select c.event_type, c.source from counted c)
      and (k.event_type <> 'SETTLEMENT' or k.in_settlement_report)
),
split as (
    select day_on, slice, currency,
           case when event_type = 'AUTH' and exclusion = '' then row_count else 0 end as attempts,
           case when event_type = 'AUTH' and exclusion = '' and approved then row_count else 0 end as approved,
           case when event_type = 'AUTH' and exclusion = '' then amount_minor else 0 end as requested_minor,
           case when event_type = 'AUTH' and exclusion = '' and approved then amount_minor else 0 end as approved_minor,
           case when event_type = 'CLEARING' then row_count else 0 end as sales,
           case when event_type = 'CLEARING' then amount_minor else 0 end as sales_minor,
           case when event_type = 'REFUND' then row_count else 0 end as refunds,
           case when event_type = 'REFUND' then amount_minor else 0 end as refunded_minor,
           case when event_type = 'SETTLEMENT' then row_count else 0 end as settled,
           case when event_type = 'SETTLEMENT' then amount_minor else 0 end as settled_minor,
           0::numeric as fee_minor, 0::numeric as interchange_minor, 0::numeric as scheme_fee_minor,
           0::numeric as markup_minor,
           case when event_type = 'DISPUTE' and subtype = 'FIRST_CHARGEBACK' then row_count else 0 end as chargebacks,
           case when event_type = 'DISPUTE' and subtype = 'FIRST_CHARGEBACK' then amount_minor else 0 end as charged_back_minor,
           case when event_type = 'FRAUD_REPORT' then row_count else 0 end as fraud_reports,
           case when event_type = 'FRAUD_REPORT' then amount_minor else 0 end as fraud_minor
    from chosen
    union all
    -- Fees on the lines of settlement reports, and fee lines of their own.
    select day_on, slice, coalesce(nullif(settlement_currency, ''), currency), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           case when event_type = 'FEE' then settlement_minor else fee_minor end,
           interchange_minor, scheme_fee_minor, markup_minor, 0, 0, 0, 0
    from kept
    where in_settlement_report and event_type in ('SETTLEMENT', 'REFUND', 'DISPUTE', 'ADJUSTMENT', 'FEE')
)
select day_on, slice, currency,
       sum(attempts)::bigint, sum(approved)::bigint, sum(requested_minor)::bigint, sum(approved_minor)::bigint,
       sum(sales)::bigint, sum(sales_minor)::bigint, sum(refunds)::bigint, sum(refunded_minor)::bigint,
       sum(settled)::bigint, sum(settled_minor)::bigint, (-sum(fee_minor))::bigint,
       (-sum(interchange_minor))::bigint, (-sum(scheme_fee_minor))::bigint, (-sum(markup_minor))::bigint,
       sum(chargebacks)::bigint, sum(charged_back_minor)::bigint, sum(fraud_reports)::bigint,
       sum(fraud_minor)::bigint
from split
where %(currencies)s::text[] is null or currency = any(%(currencies)s::text[])
group by day_on, slice, currency
order by day_on, slice, currency
