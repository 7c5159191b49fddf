-- purpose: a report's current events in row order, each with the payment it was reconciled into.
-- parameters: bank_id uuid, report_id uuid, after_row bigint, after_event uuid, row_limit integer.
-- grain: one row per current event of the report.
select e.payment_id, e.former_ids, e.linked, e.event_id, e.revision, e.report_id, e.row_number, e.event_type,
       e.subtype, e.occurred_at, e.amount_minor, e.currency, e.approved, e.response_code, e.reason_code,
       e.merchant_id, e.card_token, e.network, e.issuer_id, e.batch_ref
from (
    select p.*, coalesce(m.match_id, a.alone_id) as payment_id,
           coalesce(m.rule, 'alone') <> 'lifecycle_id' as linked,
           i.issuer_id,
           array_remove(
               case when p.revision = 1 then array[a.alone_id] else array[a.alone_id] || (
                   select array_agg(md5(concat_ws(E'\x1f', o.bank_id::text, k.payment_key))::uuid)
                   from payscope.event o
                   cross join lateral (values ('lifecycle:' || o.lifecycle_id),
                       (case when o.arn ~ '^[0-9]{23}$' then 'arn:' || o.arn
                             when o.processor_ref is not null then o.source || ':' || o.processor_ref
                             else 'event:' || o.event_id end)) as k (payment_key)
                   where o.bank_id = p.bank_id and o.event_id = p.event_id and o.revision < p.revision
                     and k.payment_key is not null)
               end, coalesce(m.match_id, a.alone_id)) as former_ids
    from (
        select * from payscope.event
        where bank_id = %(bank_id)s and report_id = %(report_id)s and known_to = 'infinity'
          and row_number >= %(after_row)s and (row_number, event_id) > (%(after_row)s, %(after_event)s)
        order by row_number, event_id
        limit %(row_limit)s
    ) p
    cross join lateral (
        select md5(concat_ws(E'\x1f', p.bank_id::text,
            case when p.arn ~ '^[0-9]{23}$' then 'arn:' || p.arn
                 when p.processor_ref is not null then p.source || ':' || p.processor_ref
                 else 'event:' || p.event_id end))::uuid as alone_id
    ) a
    left join lateral (
        select me.match_id, m.rule from payscope.match_event me
        join payscope.match m on m.bank_id = me.bank_id and m.match_id = me.match_id
        where me.bank_id = p.bank_id and me.event_id = p.event_id
        order by me.match_id limit 1
    ) m on true
    left join payscope.issuer i on i.bank_id = p.bank_id and i.bin = p.bin
) e
order by e.row_number, e.event_id
