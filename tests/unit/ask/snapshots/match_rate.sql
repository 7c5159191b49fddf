select coalesce(count(*) filter (where (m.state in ('MATCHED', 'MATCHED_TOLERANCE', 'GROUPED'))), 0) as numerator,
       coalesce(count(*) filter (where ((m.state is null or m.state not in ('EXPECTED')))), 0) as denominator,
       null::numeric as quantile,
       count(*) as row_count,
       coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0) as row_xor
from payscope.match_event me join payscope.match m on m.bank_id = me.bank_id and m.match_id = me.match_id
     join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id
where e.bank_id = %(bank_id)s and e.known_from <= %(as_of)s and e.known_to > %(as_of)s and me.bank_id = %(bank_id)s and me.stage in ('CLEARING', 'SETTLEMENT')
  and e.booked_on between %(start_on)s and %(end_on)s
  and ((m.state in ('MATCHED', 'MATCHED_TOLERANCE', 'GROUPED'))
    or ((m.state is null or m.state not in ('EXPECTED'))))
