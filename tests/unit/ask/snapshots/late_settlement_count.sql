select coalesce(sum(e.row_count) filter (where (coalesce((e.delay_days > case when e.booked_on >= '2000-01-01'::date then 2 end), false))), 0) as numerator,
       null::numeric as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.delay_days is not null
  and e.bank_id = %(bank_id)s
  and e.cube = 'network'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and (coalesce((e.delay_days > case when e.booked_on >= '2000-01-01'::date then 2 end), false))
