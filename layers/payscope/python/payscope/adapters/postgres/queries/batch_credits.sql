-- purpose: what the bank credited for batches, and the break or the state of their match.
-- parameters: bank_id uuid, day_on date, currency text, batch_refs text[].
-- grain: one row per batch.
select b.batch_ref,
       coalesce((
           select sum(e.amount_minor) from payscope.event e
           where e.bank_id = %(bank_id)s and e.known_to = 'infinity' and e.event_type = 'BANK_ENTRY'
             and e.batch_ref = b.batch_ref and e.currency = %(currency)s
             and e.occurred_at >= %(day_on)s::date - 31 and e.occurred_at < %(day_on)s::date + 62), 0)::bigint
           as credited_minor,
       (select min(k.reason) from payscope.break k
        where k.bank_id = %(bank_id)s and k.match_id = b.match_id
          and (k.cleared_at is null or k.state = 'WRITTEN_OFF')) as reason,
       coalesce((select m.state = 'EXPECTED' from payscope.match m
                 where m.bank_id = %(bank_id)s and m.match_id = b.match_id), true) as in_transit
from (
    select ref as batch_ref, md5(concat_ws(E'\x1f', %(bank_id)s::text, 'batch:' || ref))::uuid as match_id
    from unnest(%(batch_refs)s::text[]) as ref
) b
