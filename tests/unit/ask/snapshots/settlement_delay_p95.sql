select coalesce(sum((((e.booked_on - date '1970-01-05') / 7 * 5 + least(mod(e.booked_on - date '1970-01-05', 7) + 1, 5)) - ((c.cleared_on - date '1970-01-05') / 7 * 5 + least(mod(c.cleared_on - date '1970-01-05', 7) + 1, 5)))) filter (where true), 0) as numerator,
       null::numeric as denominator,
       (percentile_cont(%(quantile)s) within group (order by (((e.booked_on - date '1970-01-05') / 7 * 5 + least(mod(e.booked_on - date '1970-01-05', 7) + 1, 5)) - ((c.cleared_on - date '1970-01-05') / 7 * 5 + least(mod(c.cleared_on - date '1970-01-05', 7) + 1, 5)))))::numeric as quantile,
       count(*) as row_count,
       coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0) as row_xor
from payscope.event e join (
    select coalesce(e.arn, e.lifecycle_id) as link, min(e.booked_on) as cleared_on from payscope.event e
    where e.bank_id = %(bank_id)s and e.known_from <= %(as_of)s and e.known_to > %(as_of)s and e.event_type = 'CLEARING' and coalesce(e.arn, e.lifecycle_id) is not null group by 1
) c on c.link = coalesce(e.arn, e.lifecycle_id) and e.event_type = 'SETTLEMENT' and e.amount_minor > 0 and e.booked_on >= c.cleared_on
where e.bank_id = %(bank_id)s and e.known_from <= %(as_of)s and e.known_to > %(as_of)s
  and e.booked_on between %(start_on)s and %(end_on)s
  and true
