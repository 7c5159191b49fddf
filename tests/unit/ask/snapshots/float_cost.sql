select coalesce(nullif(e.settlement_currency, ''), e.currency) as "currency",
       coalesce(sum((case when e.settlement_currency = '' then e.amount_minor else e.settlement_minor end) * greatest(e.delay_days - case when e.booked_on >= '2000-01-01'::date then 2 end, 0) * coalesce(case coalesce(nullif(e.settlement_currency, ''), e.currency) when 'JPY' then case when e.booked_on >= '2025-02-01'::date then 50 end when 'EUR' then case when e.booked_on >= '2025-07-01'::date then 200 end end, case when e.booked_on >= '2000-01-01'::date then 300 end, 0)) filter (where (coalesce((e.delay_days > case when e.booked_on >= '2000-01-01'::date then 2 end), false))), 0) as numerator,
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
group by 1
order by 1
