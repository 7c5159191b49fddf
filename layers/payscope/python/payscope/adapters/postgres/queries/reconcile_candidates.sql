-- purpose: loose events with a damaged reference, linked to the one payment that lacks their stage and agrees in
--          merchant, amount, currency, days and the digits that the spreadsheet left; never to one of several.
-- parameters: days integer (how long after the stage before).
-- grain: updates rows of the temporary table resolved; one per event that has candidates.
with
damaged as (
    select l.event_id, l.event_type, l.merchant_id, l.amount_minor, l.currency, l.booked_on,
           case when l.arn ~ '^[0-9]([.,][0-9]+)?[eE][+]?[0-9]{1,2}$' then replace(l.arn, ',', '.')::numeric end as arn,
           case when l.arn ~ '^[0-9]([.,][0-9]+)?[eE][+]?[0-9]{1,2}$'
                then power(10::numeric, substring(l.arn from '[0-9]+$')::integer
                                        - length(coalesce(substring(l.arn from '[.,]([0-9]+)'), ''))) end as unit
    from loose l join resolved r on r.event_id = l.event_id
    where r.lifecycle_id is null and r.candidates = 0 and length(l.arn) <> 23
      and l.event_type in ('SETTLEMENT', 'CLEARING')
),
has_stage as (
    select p.lifecycle_id, p.event_type from payment_event p where p.event_type in ('SETTLEMENT', 'CLEARING')
    union
    select r.lifecycle_id, l.event_type from resolved r join loose l on l.event_id = r.event_id
    where r.lifecycle_id is not null
),
pair as (
    select distinct d.event_id, p.lifecycle_id
    from damaged d
    join payment_event p on p.merchant_id = d.merchant_id and p.lifecycle_id is not null
        and p.event_type = case d.event_type when 'SETTLEMENT' then 'CLEARING' else 'AUTH' end
        and (p.event_type <> 'AUTH' or p.approved)
        -- What was cleared, in the currency in which it is settled.
        and case when p.event_type = 'CLEARING' then coalesce(p.settlement_minor, p.amount_minor)
                 else p.amount_minor end = d.amount_minor
        and case when p.event_type = 'CLEARING' then coalesce(p.settlement_currency, p.currency)
                 else p.currency end = d.currency
        and p.booked_on between d.booked_on - %(days)s and d.booked_on
        and (d.arn is null or p.arn is null or p.arn !~ '^[0-9]{23}$' or abs(p.arn::numeric - d.arn) <= d.unit)
    where not exists (
        select from has_stage s where s.lifecycle_id = p.lifecycle_id and s.event_type = d.event_type)
),
counted as (
    select event_id, lifecycle_id, count(*) over (partition by event_id) as payments,
           count(*) over (partition by lifecycle_id) as rivals
    from pair
),
decided as (
    select event_id, max(payments) as payments, min(lifecycle_id) as lifecycle_id, max(rivals) as rivals
    from counted group by event_id
)
update resolved r
set lifecycle_id = case when d.payments = 1 and d.rivals = 1 then d.lifecycle_id end,
    rank = case when d.payments = 1 and d.rivals = 1 then 5 else r.rank end,
    candidates = d.payments::integer
from decided d
where d.event_id = r.event_id
