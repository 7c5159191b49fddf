select coalesce(sum(e.row_count) filter (where (e."event_type" in ('ADJUSTMENT') and nullif(e."subtype", '') in ('PAYOUT'))), 0) as numerator,
       null::numeric as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.bank_id = %(bank_id)s
  and e.cube = 'network'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and (e."event_type" in ('ADJUSTMENT') and nullif(e."subtype", '') in ('PAYOUT'))
