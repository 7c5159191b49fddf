-- purpose: the days of the payouts and bank entries that the run touches, and of the payouts that these entries name.
-- parameters: bank_id uuid, low timestamptz, high timestamptz.
-- grain: one row (first_on, last_on), both null where there is none.
select min(booked_on), max(booked_on)
from (
    select t.booked_on from touched t where t.event_type in ('ADJUSTMENT', 'BANK_ENTRY')
    union all
    select i.booked_on
    from (select distinct batch_ref from touched where event_type in ('ADJUSTMENT', 'BANK_ENTRY')) t
    cross join lateral (
        select e.booked_on from payscope.payment_item e
        where e.bank_id = %(bank_id)s and e.batch_ref = t.batch_ref and e.event_type = 'ADJUSTMENT'
          and e.occurred_at between %(low)s and %(high)s offset 0
    ) i
) d
