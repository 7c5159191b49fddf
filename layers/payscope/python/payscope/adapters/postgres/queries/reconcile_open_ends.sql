-- purpose: payments that still lack the stage of a loose event with a damaged reference, and agree in merchant,
--          amount and currency: they are decided together with it.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz, days integer (how long after the stage before).
-- grain: rows of the temporary table lifecycle.
--
-- A spreadsheet damages every reference of a file: what waits is read once for all of them, not once for each.
insert into lifecycle
with
damaged as materialized (
    select l.event_type, l.merchant_id, l.amount_minor, l.currency, l.booked_on
    from loose l
    where length(l.arn) <> 23 and l.event_type in ('SETTLEMENT', 'CLEARING')
),
reach as (
    select event_type, min(booked_on) as first_on, max(booked_on) as last_on,
           case event_type when 'SETTLEMENT' then 'CLEARING' else 'AUTH' end as stage_before,
           case event_type when 'SETTLEMENT' then 'MISSING_SETTLEMENT' else 'MISSING_CLEARING' end as reason
    from damaged
    group by event_type
),
-- The damaged event of such a payment was booked from from_on to to_on.
open_end as (
    select r.event_type, r.stage_before, k.match_id, k.expected_on - 2 * %(days)s as from_on,
           k.expected_on + 2 * %(days)s as to_on, k.merchant_id, k.amount_minor, k.currency
    from reach r
    join payscope.break k on k.bank_id = %(bank_id)s and k.cleared_at is null and k.reason = r.reason
        and k.expected_on between r.first_on - 2 * %(days)s and r.last_on + 2 * %(days)s
    where (k.merchant_id, k.amount_minor, k.currency) in (select merchant_id, amount_minor, currency from damaged)
    union all
    select r.event_type, r.stage_before, m.match_id, m.settlement_due_on - %(days)s, m.settlement_due_on + %(days)s,
           null, null, null
    from reach r
    join payscope.match m on m.bank_id = %(bank_id)s and r.event_type = 'SETTLEMENT'
        and m.settlement_due_on between r.first_on - %(days)s and r.last_on + %(days)s
    union all
    select r.event_type, r.stage_before, m.match_id, m.clearing_due_on - 2 * %(days)s, m.clearing_due_on + %(days)s,
           null, null, null
    from reach r
    join payscope.match m on m.bank_id = %(bank_id)s and r.event_type = 'CLEARING'
        and m.clearing_due_on between r.first_on - %(days)s and r.last_on + 2 * %(days)s
)
select distinct i.lifecycle_id, md5(concat_ws(E'\x1f', %(bank_id)s::text, 'lifecycle:' || i.lifecycle_id))::uuid, %(round)s
from open_end o
join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = o.match_id and me.stage = o.stage_before
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = me.event_id and i.lifecycle_id is not null
    and i.occurred_at between %(low)s and %(high)s
cross join lateral (values (i.amount_minor), (nullif(i.settlement_minor, i.amount_minor))) as a (minor)
join damaged d on d.event_type = o.event_type and d.merchant_id = i.merchant_id and d.amount_minor = a.minor
    and d.booked_on between o.from_on and o.to_on
    and (o.amount_minor is null or (o.merchant_id, o.amount_minor, o.currency) = (d.merchant_id, d.amount_minor, d.currency))
where not exists (select from lifecycle l where l.lifecycle_id = i.lifecycle_id)
