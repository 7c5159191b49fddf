select coalesce(sum(e.row_count) filter (where (e."event_type" in ('AUTH') and nullif(e."exclusion", '') is null and coalesce(e."approved", false) and nullif(e."channel", '') in ('ECOM') and nullif(e."three_ds", '') in ('AUTHENTICATED'))), 0) as numerator,
       coalesce(sum(e.row_count) filter (where (e."event_type" in ('AUTH') and nullif(e."exclusion", '') is null and coalesce(e."approved", false) and nullif(e."channel", '') in ('ECOM'))), 0) as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.bank_id = %(bank_id)s
  and e.cube = 'entry'
  and e."occurred_on" between %(part_0_from)s and %(part_0_to)s
  and ((e."event_type" in ('AUTH') and nullif(e."exclusion", '') is null and coalesce(e."approved", false) and nullif(e."channel", '') in ('ECOM') and nullif(e."three_ds", '') in ('AUTHENTICATED'))
    or (e."event_type" in ('AUTH') and nullif(e."exclusion", '') is null and coalesce(e."approved", false) and nullif(e."channel", '') in ('ECOM')))
