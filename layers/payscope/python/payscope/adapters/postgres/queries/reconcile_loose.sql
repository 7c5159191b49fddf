-- purpose: events without lifecycle id that this round's payments may own: the touched ones, those that share an
--          ARN, a source's own reference, or card and approval code, those whose reference is damaged but whose
--          merchant and amount fit, and those that were matched with such events before.
-- parameters: bank_id uuid, report_id uuid, round integer, low timestamptz, high timestamptz.
-- grain: rows of the temporary table loose, one per current event.
insert into loose
select distinct on (c.event_id) c.*, %(round)s
from (
    select i.*
    from payscope.payment_item i
    where %(round)s = 1 and i.bank_id = %(bank_id)s and i.report_id = %(report_id)s and i.lifecycle_id is null
      and i.occurred_at between %(low)s and %(high)s
    union all
    select i.*
    from touched t
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = t.event_id
        and i.occurred_at between %(low)s and %(high)s
    where %(round)s = 1 and not t.is_reported and t.lifecycle_id is null
    union all
    select i.*
    from payment_event p
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.arn = p.arn and i.lifecycle_id is null
        and i.occurred_at between %(low)s and %(high)s
    where p.round = %(round)s and length(p.arn) = 23
    union all
    select i.*
    from payment_event p
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.processor_ref = p.processor_ref
        and i.source = p.source and i.lifecycle_id is null and i.occurred_at between %(low)s and %(high)s
    where p.round = %(round)s
    union all
    select i.*
    from payment_event p
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.card_token = p.card_token
        and i.approval_code = p.approval_code and i.lifecycle_id is null
        and i.occurred_at between %(low)s and %(high)s
    where p.round = %(round)s and p.event_type = 'AUTH'
    union all
    select i.*
    from payment_event p
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.merchant_id = p.merchant_id
        and i.amount_minor = case p.event_type when 'CLEARING' then coalesce(p.settlement_minor, p.amount_minor)
                                               else p.amount_minor end
        and i.event_type = case p.event_type when 'CLEARING' then 'SETTLEMENT' else 'CLEARING' end
        and i.lifecycle_id is null and i.arn is not null and length(i.arn) <> 23
        and i.occurred_at between %(low)s and %(high)s
    where p.round = %(round)s and p.event_type in ('AUTH', 'CLEARING')
    union all
    select i.*
    from former f
    join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = f.match_id
    join payscope.payment_item i on i.bank_id = %(bank_id)s and i.event_id = me.event_id and i.lifecycle_id is null
        and i.occurred_at between %(low)s and %(high)s
) c
where c.event_type not in ('ADJUSTMENT', 'BANK_ENTRY')
  and not exists (select from loose l where l.event_id = c.event_id)
order by c.event_id
