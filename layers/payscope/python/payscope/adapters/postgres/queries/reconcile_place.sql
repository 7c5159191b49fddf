-- purpose: loose events into the payments that they belong to; those of payments that are not decided now stay.
-- parameters: bank_id uuid, round integer.
-- grain: rows of the temporary table payment_event, one per current event.
insert into payment_event
select md5(concat_ws(E'\x1f', %(bank_id)s::text, r.payment_key))::uuid, l.event_id, l.amount_minor, l.settlement_minor,
       l.occurred_at, l.report_id, l.booked_on, l.revision, l.sequence, r.rank, %(round)s, l.card_present, l.approved,
       l.event_type, l.source, l.currency, l.settlement_currency, l.merchant_id, l.mcc, l.network, l.exclusion,
       l.approval_code, l.card_token, l.lifecycle_id, l.arn, l.processor_ref, r.payment_key
from (
    select event_id, rank, lifecycle_id, coalesce('lifecycle:' || lifecycle_id, own_key) as payment_key from resolved
) r
join loose l on l.event_id = r.event_id
where r.lifecycle_id is null or r.lifecycle_id in (select lifecycle_id from lifecycle)
