select e.currency as "currency",
       coalesce(sum(abs(e.amount_minor)) filter (where (e."event_type" in ('FRAUD_REPORT'))), 0) as numerator,
       null::numeric as denominator,
       null::numeric as quantile,
       count(*) as row_count,
       coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0) as row_xor
from payscope.event e
where e.bank_id = %(bank_id)s and e.known_from <= %(as_of)s and e.known_to > %(as_of)s
  and e.booked_on between %(start_on)s and %(end_on)s
  and (e."event_type" in ('FRAUD_REPORT'))
group by 1
order by 1
