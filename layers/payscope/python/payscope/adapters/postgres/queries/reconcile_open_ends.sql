-- purpose: payments that still lack the stage of a loose event with a damaged reference, and agree in merchant,
--          amount and currency: they are decided together with it.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz, days integer (how long after the stage before).
-- grain: rows of the temporary table lifecycle.
insert into lifecycle
select distinct i.lifecycle_id, %(round)s
from loose d
cross join lateral (
    select k.match_id from payscope.break k
    where k.bank_id = %(bank_id)s and k.cleared_at is null and k.merchant_id = d.merchant_id
      and k.reason = case d.event_type when 'SETTLEMENT' then 'MISSING_SETTLEMENT' else 'MISSING_CLEARING' end
      and k.amount_minor = d.amount_minor and k.currency = d.currency
      and k.expected_on between d.booked_on - 2 * %(days)s and d.booked_on + 2 * %(days)s
    union all
    select m.match_id from payscope.match m
    where d.event_type = 'SETTLEMENT' and m.bank_id = %(bank_id)s
      and m.settlement_due_on between d.booked_on - %(days)s and d.booked_on + %(days)s
    union all
    select m.match_id from payscope.match m
    where d.event_type = 'CLEARING' and m.bank_id = %(bank_id)s
      and m.clearing_due_on between d.booked_on - %(days)s and d.booked_on + 2 * %(days)s
) o
join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = o.match_id
    and me.stage = case d.event_type when 'SETTLEMENT' then 'CLEARING' else 'AUTH' end
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = me.event_id and i.lifecycle_id is not null
    and i.occurred_at between %(low)s and %(high)s and i.merchant_id = d.merchant_id
where length(d.arn) <> 23 and d.event_type in ('SETTLEMENT', 'CLEARING')
  and d.amount_minor in (i.amount_minor, i.settlement_minor)
  and not exists (select from lifecycle l where l.lifecycle_id = i.lifecycle_id)
