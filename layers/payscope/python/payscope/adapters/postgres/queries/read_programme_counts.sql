-- purpose: what the monitoring programmes set against each other, by merchant and network.
-- parameters: bank_id uuid, month date (its first day), fraud_reasons text[].
-- grain: one row per merchant and network with anything in the month or the one before.
-- Months are booking months; 3-D Secure is counted on approved e-commerce authorisations.
with
span as (
    select (%(month)s::date - interval '1 month')::date as before_on, %(month)s::date as start_on,
           (%(month)s::date + interval '1 month')::date as end_on
),
counted as (
    select event_type, source from (
        select event_type, source,
               rank() over (partition by event_type order by case
                   when event_type in ('AUTH', 'DISPUTE') and source = 'acquirer' then 0
                   when event_type in ('CLEARING', 'DISPUTE') and source = 'scheme' then 1
                   else 2 end) as place
        from (select distinct d.event_type, d.source from payscope.event_daily d
              where d.bank_id = %(bank_id)s) reported
    ) ranked
    where place = 1
),
rows as (
    select e.*, e.booked_on >= s.start_on as is_now,
           coalesce(not e.card_present, e.channel <> 'POS', false) as not_present
    from payscope.event e cross join span s
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and e.event_type in ('AUTH', 'CLEARING', 'DISPUTE', 'FRAUD_REPORT')
      and e.booked_on >= s.before_on and e.booked_on < s.end_on
      and e.occurred_at >= s.before_on - interval '60 days' and e.occurred_at < s.end_on + interval '60 days'
      and e.merchant_id is not null and e.network is not null
      and (e.event_type, e.source) in (select c.event_type, c.source from counted c)
)
select r.merchant_id, r.network, max(r.country) filter (where r.event_type = 'CLEARING'),
       count(*) filter (where r.event_type = 'CLEARING' and r.is_now),
       count(*) filter (where r.event_type = 'CLEARING' and r.is_now and r.not_present),
       count(*) filter (where r.event_type = 'CLEARING' and not r.is_now),
       count(*) filter (where r.event_type = 'CLEARING' and not r.is_now and r.not_present),
       count(*) filter (where r.event_type = 'DISPUTE' and r.subtype = 'FIRST_CHARGEBACK' and r.is_now),
       count(*) filter (where r.event_type = 'DISPUTE' and r.subtype = 'FIRST_CHARGEBACK' and r.is_now and r.not_present),
       count(*) filter (where r.event_type = 'FRAUD_REPORT' and r.is_now and r.not_present),
       count(*) filter (where r.event_type = 'DISPUTE' and r.subtype = 'FIRST_CHARGEBACK' and r.is_now
                        and r.reason_code = any(%(fraud_reasons)s)),
       coalesce(abs(sum(r.amount_minor) filter (where r.event_type = 'DISPUTE' and r.subtype = 'FIRST_CHARGEBACK'
                        and r.is_now and r.reason_code = any(%(fraud_reasons)s) and r.currency = 'EUR')), 0)::bigint,
       coalesce(abs(sum(r.amount_minor) filter (where r.event_type = 'DISPUTE' and r.subtype = 'FIRST_CHARGEBACK'
                        and r.is_now and r.reason_code = any(%(fraud_reasons)s) and r.currency = 'USD')), 0)::bigint,
       count(*) filter (where r.event_type = 'AUTH' and not r.is_now and r.approved and r.channel = 'ECOM'
                        and r.three_ds = 'AUTHENTICATED'),
       count(*) filter (where r.event_type = 'AUTH' and not r.is_now and r.approved and r.channel = 'ECOM'),
       coalesce(sum(abs(r.amount_minor)) filter (where r.is_reported and r.currency = 'EUR'), 0)::bigint,
       coalesce(sum(abs(r.amount_minor)) filter (where r.is_reported and r.currency = 'USD'), 0)::bigint
from (
    select w.*, w.is_now and w.not_present and (w.event_type = 'FRAUD_REPORT'
           or (w.event_type = 'DISPUTE' and w.subtype = 'FIRST_CHARGEBACK')) as is_reported
    from rows w
) r
group by r.merchant_id, r.network
order by r.merchant_id, r.network
