-- purpose: every current event of some payments, whichever report brought it.
-- parameters: bank_id uuid, payment_ids uuid[].
-- grain: one row per current event of a match; ids without a match give none.
select me.match_id as payment_id,
       array_remove(array[md5(concat_ws(E'\x1f', e.bank_id::text,
            case when e.arn ~ '^[0-9]{23}$' then 'arn:' || e.arn
                 when e.processor_ref is not null then e.source || ':' || e.processor_ref
                 else 'event:' || e.event_id end))::uuid], me.match_id) as former_ids,
       true as linked, e.event_id, e.revision, e.report_id, e.row_number, e.event_type, e.subtype, e.occurred_at,
       e.amount_minor, e.currency, e.approved, e.response_code, e.reason_code, e.merchant_id, e.card_token,
       e.network, i.issuer_id, e.batch_ref
from payscope.match_event me
join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id and e.known_to = 'infinity'
left join payscope.issuer i on i.bank_id = e.bank_id and i.bin = e.bin
where me.bank_id = %(bank_id)s and me.match_id = any(%(payment_ids)s)
