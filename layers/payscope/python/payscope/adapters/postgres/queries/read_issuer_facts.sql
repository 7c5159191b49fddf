-- purpose: the daily facts of authorisations by issuer: what read_daily_facts gives for them, quicker.
-- parameters: bank_id uuid, start_on date, end_on date.
-- grain: one row per request day, issuer and currency: attempts, approved, requested and approved minor units.
with by_bin as (
    select (e.occurred_at at time zone 'UTC')::date as day_on, e.source, e.bin, e.currency, count(*) as attempts,
           count(*) filter (where e.approved) as approved, sum(e.amount_minor) as requested_minor,
           sum(e.amount_minor) filter (where e.approved) as approved_minor
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.event_type = 'AUTH' and e.known_to = 'infinity' and e.exclusion is null
      and e.occurred_at >= %(start_on)s::date and e.occurred_at < %(end_on)s::date + interval '1 day'
    group by 1, 2, 3, 4
),
counted as (
    select exists (select from by_bin b where b.source = 'acquirer') as by_acquirer
)
select b.day_on, coalesce(i.issuer_id, ''), b.currency, sum(b.attempts)::bigint, sum(b.approved)::bigint,
       sum(b.requested_minor)::bigint, coalesce(sum(b.approved_minor), 0)::bigint
from by_bin b
cross join counted c
left join payscope.issuer i on i.bank_id = %(bank_id)s and i.bin = b.bin
where b.source = 'acquirer' or not c.by_acquirer
group by 1, 2, 3
order by 1, 2, 3
