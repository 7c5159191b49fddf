select coalesce(sum(e.row_count) filter (where (e.match_state in ('MATCHED_TOLERANCE'))), 0) as numerator,
       coalesce(sum(e.row_count) filter (where ((e.match_state is null or e.match_state not in ('EXPECTED')))), 0) as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.bank_id = %(bank_id)s
  and e.cube = 'match'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and ((e.match_state in ('MATCHED_TOLERANCE'))
    or ((e.match_state is null or e.match_state not in ('EXPECTED'))))
