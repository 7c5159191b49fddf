select e.currency as "currency",
       -coalesce(sum(e.amount_minor) filter (where (e."event_type" in ('DISPUTE') and nullif(e."subtype", '') in ('FIRST_CHARGEBACK') and nullif(e."reason_code", '') in ('10.1', '10.2', '10.3', '10.4', '10.5', '4837', '4863', '4870', '4871'))), 0) as numerator,
       null::numeric as denominator,
       null::numeric as quantile,
       coalesce(sum(e.row_count), 0)::bigint as row_count,
       coalesce(bit_xor(e.row_xor), 0) as row_xor
from payscope."event_cube_monthly" e
where e.bank_id = %(bank_id)s
  and e.cube = 'entry'
  and e."booked_on" between %(part_0_from)s and %(part_0_to)s
  and (e."event_type" in ('DISPUTE') and nullif(e."subtype", '') in ('FIRST_CHARGEBACK') and nullif(e."reason_code", '') in ('10.1', '10.2', '10.3', '10.4', '10.5', '4837', '4863', '4870', '4871'))
group by 1
order by 1
