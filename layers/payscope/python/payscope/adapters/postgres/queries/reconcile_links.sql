-- purpose: the lifecycle ids that this round's loose events may belong to, by ARN, by the source's own reference,
--          or by card, approval code, merchant and amount within the window.
-- parameters: bank_id uuid, round integer, rules jsonb (domain/reconcile/rules/reconciliation.json), low timestamptz, high timestamptz.
-- grain: rows of the temporary table link, one per (event, lifecycle id, rank: 2 ARN, 3 reference, 4 attributes).
insert into link
with
-- Looked up once for each kind of event and day, not once for each event.
window_days as (
    select k.kind, k.booked_on, w.days
    from (
        select distinct case when event_type in ('CLEARING', 'SETTLEMENT') then 'presentment' else 'return' end as kind,
               booked_on
        from loose where round = %(round)s
    ) k
    cross join lateral (
        select (w ->> 'days')::integer as days
        from jsonb_array_elements(%(rules)s::jsonb -> 'attribute_windows') as w
        where w ->> 'kind' = k.kind
          and k.booked_on >= (w ->> 'from')::date and k.booked_on <= coalesce((w ->> 'to')::date, 'infinity')
        order by w ->> 'from' desc limit 1
    ) w
)
select l.event_id, i.lifecycle_id, 2,
       bool_or((abs(i.amount_minor), i.currency) = (abs(l.amount_minor), l.currency)
               or (abs(i.settlement_minor), i.settlement_currency) = (abs(l.amount_minor), l.currency)
               or (abs(l.settlement_minor), l.settlement_currency) = (abs(i.amount_minor), i.currency)) is true
from loose l
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.arn = l.arn and i.lifecycle_id is not null
    and i.occurred_at between %(low)s and %(high)s
where l.round = %(round)s and l.arn ~ '^[0-9]{23}$'
group by l.event_id, i.lifecycle_id
union all
select l.event_id, i.lifecycle_id, 3, bool_or(abs(i.amount_minor) = abs(l.amount_minor) and i.currency = l.currency)
from loose l
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.processor_ref = l.processor_ref and i.source = l.source
    and i.lifecycle_id is not null and i.occurred_at between %(low)s and %(high)s
    -- Terminals count their references anew; another merchant's is another payment.
    and coalesce(i.merchant_id, l.merchant_id) is not distinct from coalesce(l.merchant_id, i.merchant_id)
where l.round = %(round)s
group by l.event_id, i.lifecycle_id
union all
-- A refund or dispute may be for a part and comes later; everything else is for the amount and near in time.
select l.event_id, i.lifecycle_id, 4, bool_or(abs(i.amount_minor) = abs(l.amount_minor))
from loose l
join window_days w on w.booked_on = l.booked_on
    and w.kind = case when l.event_type in ('CLEARING', 'SETTLEMENT') then 'presentment' else 'return' end
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_type = 'AUTH' and i.card_token = l.card_token
    and i.approval_code = l.approval_code and i.merchant_id = l.merchant_id and i.currency = l.currency
    and i.lifecycle_id is not null and i.occurred_at between %(low)s and %(high)s
    and i.occurred_at between l.occurred_at - make_interval(days => w.days) and l.occurred_at + interval '1 day'
    and abs(l.amount_minor) <= i.amount_minor
    and (abs(l.amount_minor) = i.amount_minor or l.event_type in ('REFUND', 'DISPUTE', 'FRAUD_REPORT'))
where l.round = %(round)s and l.event_type not in ('AUTH', 'AUTH_REVERSAL')
group by l.event_id, i.lifecycle_id
