-- purpose: every event of the payments of the seed, with its payment key.
-- parameters: bank_id uuid, report_id uuid, rules jsonb (domain/rules/reconciliation.json).
-- grain: temporary table gathered, one row per current event of a touched payment.
--
-- The payment key follows the documented order: network lifecycle id; else the ARN (23 digits) of an event
-- that has one; else the source's own reference; else attributes (card, approval code, merchant, amount)
-- within the clearing window; else the event alone.
create temp table gathered on commit drop as
with
span as (
    select min(occurred_at) - interval '200 days' as low, max(occurred_at) + interval '200 days' as high from seed
),
by_lifecycle as (
    select e.*, 'lifecycle:' || e.lifecycle_id as payment_key, 'lifecycle_id' as rule, 1.0 as score
    from lifecycle l, span, payscope.event e
    where e.bank_id = %(bank_id)s and e.lifecycle_id = l.lifecycle_id
      and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
),
-- Events without a lifecycle id, linked to a payment above by ARN, reference or attributes.
linked as (
    select distinct on (e.event_id) e.*, b.payment_key, 'arn' as rule, 0.99 as score
    from by_lifecycle b, span, payscope.event e
    where b.arn ~ '^[0-9]{23}$' and e.bank_id = %(bank_id)s and e.arn = b.arn and e.lifecycle_id is null
      and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
    order by e.event_id, b.payment_key
),
referenced as (
    select distinct on (e.event_id) e.*, b.payment_key, 'processor_ref' as rule, 0.98 as score
    from by_lifecycle b, span, payscope.event e
    where b.processor_ref is not null and e.bank_id = %(bank_id)s and e.processor_ref = b.processor_ref
      and e.source = b.source and e.lifecycle_id is null
      and e.occurred_at between span.low and span.high and e.known_to = 'infinity'
      and not exists (select from linked l where l.event_id = e.event_id)
    order by e.event_id, b.payment_key
),
attributed as (
    select e.*, min(b.payment_key) as payment_key, 'attributes' as rule, 0.9 as score
    from seed s
    join payscope.event e on e.bank_id = %(bank_id)s and e.event_id = s.event_id and e.known_to = 'infinity'
    join by_lifecycle b on b.event_type = 'AUTH' and b.merchant_id = e.merchant_id
        and b.amount_minor = e.amount_minor and b.currency = e.currency and b.card_token = e.card_token
        and b.approval_code = e.approval_code
        and b.occurred_at between e.occurred_at - interval '10 days' and e.occurred_at + interval '10 days'
    where e.lifecycle_id is null and e.processor_ref is null and (e.arn is null or e.arn !~ '^[0-9]{23}$')
    group by e.bank_id, e.event_id, e.revision, e.occurred_at
    having count(distinct b.payment_key) = 1
),
-- Payments of sources that carry no lifecycle id at all: the ARN, else the source's own reference.
alone as (
    select distinct on (e.event_id) e.*,
           case when e.arn ~ '^[0-9]{23}$' then 'arn:' || e.arn
                when e.processor_ref is not null then e.source || ':' || e.processor_ref
                else 'event:' || e.event_id end as payment_key,
           case when e.arn ~ '^[0-9]{23}$' then 'arn'
                when e.processor_ref is not null then 'processor_ref'
                else 'alone' end as rule,
           1.0 as score
    from (
        select e.*
        from seed s, span, payscope.event e
        where s.lifecycle_id is null and e.bank_id = %(bank_id)s and e.event_id = s.event_id
          and e.occurred_at between span.low and span.high
        union all
        select e.*
        from seed s, span, payscope.event e
        where s.lifecycle_id is null and s.arn ~ '^[0-9]{23}$' and e.bank_id = %(bank_id)s and e.arn = s.arn
          and e.occurred_at between span.low and span.high
        union all
        select e.*
        from seed s, span, payscope.event e
        where s.lifecycle_id is null and s.processor_ref is not null and coalesce(s.arn, '') !~ '^[0-9]{23}$'
          and e.bank_id = %(bank_id)s and e.processor_ref = s.processor_ref and e.source = s.source
          and coalesce(e.arn, '') !~ '^[0-9]{23}$' and e.occurred_at between span.low and span.high
    ) e
    where e.lifecycle_id is null and e.known_to = 'infinity'
      and e.event_type in ('AUTH', 'AUTH_REVERSAL', 'CLEARING', 'REFUND', 'SETTLEMENT', 'DISPUTE', 'FRAUD_REPORT')
    order by e.event_id
),
-- Batches: a processor's payouts and the bank credits that name the same batch.
batch as (
    select distinct e.batch_ref
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity'
      and e.batch_ref is not null
      and (e.event_type = 'BANK_ENTRY' or (e.event_type = 'ADJUSTMENT' and e.subtype = 'PAYOUT'))
    union
    select e.batch_ref
    from payscope.match m
    join payscope.match_event me on me.bank_id = m.bank_id and me.match_id = m.match_id
    join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id and e.known_to = 'infinity'
    where m.bank_id = %(bank_id)s and m.evidence ? 'waits'
      and (m.evidence -> 'waits' ->> 'BANK_ENTRY')::date < (
          select max(r.last_at)::date from payscope.report r
          where r.bank_id = %(bank_id)s and r.source = %(rules)s::jsonb ->> 'bank_source' and r.rows_loaded > 0)
),
batched as (
    select e.*, 'batch:' || e.batch_ref as payment_key, 'batch_ref' as rule, 1.0 as score
    from batch b
    join payscope.event e on e.bank_id = %(bank_id)s and e.batch_ref = b.batch_ref and e.known_to = 'infinity'
    where e.event_type in ('ADJUSTMENT', 'BANK_ENTRY')
      and ((e.event_type = 'BANK_ENTRY' and e.source = %(rules)s::jsonb ->> 'bank_source')
           or (e.subtype = 'PAYOUT' and %(rules)s::jsonb -> 'payout_sources' ? e.source))
)
select * from by_lifecycle
union all select * from batched
union all select * from linked
union all select * from referenced
union all select * from attributed a
    where not exists (select from linked l where l.event_id = a.event_id)
union all select * from alone n
    where not exists (select from linked l where l.event_id = n.event_id)
      and not exists (select from referenced r where r.event_id = n.event_id)
      and not exists (select from attributed a where a.event_id = n.event_id)
