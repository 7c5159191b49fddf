select b.currency as "currency",
       coalesce(sum(b.amount_minor) filter (where (case when b.cleared_at is null then b.state when b.opened_at <= %(as_of)s and b.cleared_at > %(as_of)s then 'UNMATCHED' else 'MATCHED' end in ('MISMATCHED', 'UNMATCHED', 'DUPLICATE', 'REOPENED') and b.reason in ('FEE_VARIANCE'))), 0) as numerator,
       null::numeric as denominator,
       null::numeric as quantile,
       count(*) as row_count,
       coalesce(bit_xor(uuid_hash_extended(b.break_id, 0)), 0) as row_xor
from payscope.break b
where b.bank_id = %(bank_id)s and b.expected_on <= %(today)s
  and b.expected_on between %(start_on)s and %(end_on)s
  and (case when b.cleared_at is null then b.state when b.opened_at <= %(as_of)s and b.cleared_at > %(as_of)s then 'UNMATCHED' else 'MATCHED' end in ('MISMATCHED', 'UNMATCHED', 'DUPLICATE', 'REOPENED') and b.reason in ('FEE_VARIANCE'))
group by 1
order by 1
