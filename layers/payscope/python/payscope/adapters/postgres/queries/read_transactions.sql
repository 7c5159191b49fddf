-- purpose: authorisation attempts with the day on which fraud about them became known.
-- parameters: bank_id uuid, fraud_reasons text[] (reason codes of chargebacks that mean fraud).
-- grain: one row per attempt, in time order.
-- A report names the payment by lifecycle id, or by the ARN of one of its clearings.
with reported as (
    select e.lifecycle_id, e.arn, e.booked_on
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and (e.event_type = 'FRAUD_REPORT'
           or (e.event_type = 'DISPUTE' and e.subtype = 'FIRST_CHARGEBACK' and e.reason_code = any(%(fraud_reasons)s)))
),
fraud as (
    select lifecycle_id, min(booked_on) as revealed_on
    from (
        select r.lifecycle_id, r.booked_on from reported r where r.lifecycle_id is not null
        union all
        select c.lifecycle_id, r.booked_on
        from reported r
        join payscope.event c on c.bank_id = %(bank_id)s and c.event_type = 'CLEARING' and c.arn = r.arn
        where r.lifecycle_id is null and r.arn is not null and c.lifecycle_id is not null
    ) linked
    group by lifecycle_id
)
select extract(epoch from a.occurred_at)::bigint, a.card_token, a.merchant_id, a.amount_minor, a.currency,
       coalesce(a.approved, false), coalesce(a.country <> a.issuer_country, false),
       coalesce(a.channel <> 'POS', false) and coalesce(not a.card_present, true),
       coalesce(a.three_ds = 'AUTHENTICATED', false),
       case when a.approved and f.revealed_on is not null
            then extract(epoch from f.revealed_on::timestamp at time zone 'UTC')::bigint + 86400
            else -1 end
from payscope.event a
left join fraud f on f.lifecycle_id = a.lifecycle_id
where a.bank_id = %(bank_id)s and a.event_type = 'AUTH' and a.known_to = 'infinity' and a.exclusion is null
  and a.card_token is not null and a.merchant_id is not null
order by a.occurred_at, a.event_id
