-- purpose: the lifecycle ids of the seed's payments: named by its events, or reached from their ARNs, the
--          source's own references, or (card, approval code, merchant, amount) within ten days.
-- parameters: bank_id uuid.
-- grain: temporary table lifecycle, one row per lifecycle id.
create temp table lifecycle on commit drop as
with
span as (
    select min(occurred_at) - interval '200 days' as low, max(occurred_at) + interval '200 days' as high from seed
)
select distinct lifecycle_id from seed where lifecycle_id is not null
union
select e.lifecycle_id
from seed s, span, payscope.event e
where s.lifecycle_id is null and s.arn ~ '^[0-9]{23}$'
  and e.bank_id = %(bank_id)s and e.arn = s.arn and e.lifecycle_id is not null
  and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
union
select e.lifecycle_id
from seed s, span, payscope.event e
where s.lifecycle_id is null and s.processor_ref is not null
  and e.bank_id = %(bank_id)s and e.processor_ref = s.processor_ref and e.source = s.source
  and e.lifecycle_id is not null
  and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
union
select min(e.lifecycle_id)
from seed s, span, payscope.event e
where s.lifecycle_id is null and (s.arn is null or s.arn !~ '^[0-9]{23}$') and s.processor_ref is null
  and s.approval_code is not null and s.card_token is not null
  and e.bank_id = %(bank_id)s and e.lifecycle_id is not null and e.event_type = 'AUTH'
  and e.merchant_id = s.merchant_id and e.amount_minor = s.amount_minor and e.currency = s.currency
  and e.card_token = s.card_token and e.approval_code = s.approval_code
  and e.occurred_at between s.occurred_at - interval '10 days' and s.occurred_at + interval '10 days'
  and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
group by s.event_id
having count(distinct e.lifecycle_id) = 1
