-- purpose: loose events that share a key with loose events: one of them may tell where the others belong, and
--          two with a damaged reference compete for the same payment.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz.
-- grain: rows of the temporary table loose, one per current event; run until none is added.
insert into loose
select distinct on (c.event_id) c.*, %(round)s
from (
    select i.*
    from loose l
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.arn = l.arn and i.lifecycle_id is null
        and i.occurred_at between %(low)s and %(high)s
    where l.round = %(round)s and l.arn ~ '^[0-9]{23}$'
    union all
    select i.*
    from loose l
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.processor_ref = l.processor_ref
        and i.source = l.source and i.lifecycle_id is null and i.occurred_at between %(low)s and %(high)s
    where l.round = %(round)s
    union all
    select i.*
    from loose l
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.merchant_id = l.merchant_id
        and i.amount_minor = l.amount_minor and i.event_type = l.event_type
        and i.lifecycle_id is null and i.arn is not null and length(i.arn) <> 23
        and i.occurred_at between %(low)s and %(high)s
    where l.round = %(round)s and length(l.arn) <> 23
) c
where c.event_type not in ('ADJUSTMENT', 'BANK_ENTRY')
  and not exists (select from loose l where l.event_id = c.event_id)
order by c.event_id
