select coalesce(sum(e.row_count) filter (where (e."event_type" in ('DISPUTE') and nullif(e."subtype", '') in ('FIRST_CHARGEBACK') and nullif(e."network", '') in ('MASTERCARD'))), 0) as numerator,
       coalesce(sum(e.row_count) filter (where (e."event_type" in ('CLEARING') and nullif(e."network", '') in ('MASTERCARD'))), 0) as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.bank_id = %(bank_id)s
  and e.cube = 'network'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and case when e.event_type = any('{CLEARING}') then (date_trunc('month', e."booked_on") + interval '1 month')::date else e."booked_on" end between %(start_on)s and %(end_on)s
  and ((e."event_type" in ('DISPUTE') and nullif(e."subtype", '') in ('FIRST_CHARGEBACK') and nullif(e."network", '') in ('MASTERCARD'))
    or (e."event_type" in ('CLEARING') and nullif(e."network", '') in ('MASTERCARD')))
