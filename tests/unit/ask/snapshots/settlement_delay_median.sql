select coalesce(sum(w.numerator), 0) as numerator,
       null::numeric as denominator,
       min(w.measured) filter (where w.upto > floor(0.5 * (w.total - 1)))
       + mod(0.5 * (max(w.total) - 1), 1)
       * (min(w.measured) filter (where w.upto > ceil(0.5 * (w.total - 1)))
          - min(w.measured) filter (where w.upto > floor(0.5 * (w.total - 1)))) as quantile,
       coalesce(sum(w.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(w.row_xor), 0) as row_xor
from (
select h.*, sum(h.row_count) over ( order by h.measured) as upto, sum(h.row_count) over () as total
from (
select e.delay_days as measured,
       coalesce(sum(e.delay_days * e.row_count) filter (where true), 0) as numerator,
       null::numeric as denominator,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.delay_days is not null
  and e.bank_id = %(bank_id)s
  and e.cube = 'network'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and true
group by 1
) h
) w
