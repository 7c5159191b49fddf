-- purpose: the payouts and bank entries of the touched batches; payouts that one credit paid together are one.
-- parameters: bank_id uuid, rules jsonb (domain/reconcile/rules/reconciliation.json), low timestamptz,
--             high timestamptz, credits uuid[], batches text[], payouts uuid[] (side by side: the credit, and the batch
--             or the payout without a batch that it paid), decided uuid[] (the credits for which that was looked up).
-- grain: rows of the temporary table payment_event, one per current event.
--
-- Of a bank that the statistics do not know yet the planner expects one row, and would join its whole ledger with
-- itself: each step is fenced (offset 0), so that it looks up the few keys that the step before has found.
insert into payment_event
with
grouped as (
    select g.event_id, g.batch_ref, g.payout
    from unnest(%(credits)s::uuid[], %(batches)s::text[], %(payouts)s::uuid[]) as g (event_id, batch_ref, payout)
),
-- Credits of which a payout of the file may be part, with what they paid until now.
former as materialized (
    select own.event_id, own.match_id
    from (
        select t.event_id from touched t where t.event_type = 'BANK_ENTRY'
        union select d.event_id from unnest(%(decided)s::uuid[]) as d (event_id)
    ) c
    cross join lateral (
        select me.event_id, me.match_id from payscope.match_event me
        where me.bank_id = %(bank_id)s and me.event_id = c.event_id offset 0
    ) own
),
member as materialized (
    select i.event_id, i.batch_ref
    from former f
    cross join lateral (
        select me.event_id from payscope.match_event me
        where me.bank_id = %(bank_id)s and me.match_id = f.match_id offset 0
    ) other
    cross join lateral (
        select e.event_id, e.batch_ref from payscope.payment_item e
        where e.bank_id = %(bank_id)s and e.event_id = other.event_id
          and e.occurred_at between %(low)s and %(high)s offset 0
    ) i
),
-- Batches of the file and of the payouts that were due, and what was or is paid together with them.
touching as (
    select t.batch_ref from touched t
    where t.event_type in ('ADJUSTMENT', 'BANK_ENTRY') and t.batch_ref is not null
    union
    select batch_ref from grouped where batch_ref is not null
    union
    select batch_ref from member where batch_ref is not null
),
-- Events without a batch: payouts, and credits, also those that pay nothing any more and leave what they were part of.
alone as (
    select t.event_id from touched t where t.event_type = 'ADJUSTMENT' and t.batch_ref is null
    union
    select payout from grouped where payout is not null
    union
    select event_id from grouped
    union
    select event_id from member where batch_ref is null
),
item as (
    select i.*, g.event_id as credit
    from touching b
    cross join lateral (
        select e.* from payscope.payment_item e
        where e.bank_id = %(bank_id)s and e.batch_ref = b.batch_ref and e.event_type in ('ADJUSTMENT', 'BANK_ENTRY')
          and e.occurred_at between %(low)s and %(high)s offset 0
    ) i
    left join grouped g on g.batch_ref = i.batch_ref
    where (i.event_type = 'BANK_ENTRY' and i.source = %(rules)s::jsonb ->> 'bank_source')
       or (i.event_type = 'ADJUSTMENT' and %(rules)s::jsonb -> 'payout_sources' ? i.source)
    union all
    select i.*, case when i.event_type = 'BANK_ENTRY' then i.event_id else g.event_id end
    from alone a
    cross join lateral (
        select e.* from payscope.payment_item e
        where e.bank_id = %(bank_id)s and e.event_id = a.event_id and e.batch_ref is null
          and e.occurred_at between %(low)s and %(high)s offset 0
    ) i
    left join grouped g on g.payout = i.event_id
    where i.event_type = 'BANK_ENTRY' or %(rules)s::jsonb -> 'payout_sources' ? i.source
)
select md5(concat_ws(E'\x1f', %(bank_id)s::text, k.payment_key))::uuid, i.event_id, i.amount_minor, i.settlement_minor,
       i.occurred_at, i.report_id, i.booked_on, i.revision, i.sequence,
       case when i.credit is not null then 8 when i.batch_ref is null then 6 else 7 end, 0,
       i.card_present, i.approved, i.event_type, i.source, i.currency, i.settlement_currency, i.merchant_id, i.mcc,
       i.network, i.exclusion, i.approval_code, i.card_token, i.lifecycle_id, i.arn, i.processor_ref, k.payment_key
from item i
cross join lateral (
    select coalesce('credit:' || i.credit, 'batch:' || i.batch_ref, 'event:' || i.event_id) as payment_key
) k
