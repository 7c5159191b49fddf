-- purpose: every event that names a lifecycle id of this round.
-- parameters: bank_id uuid, round integer, low timestamptz, high timestamptz.
-- grain: rows of the temporary table payment_event, one per current event.
insert into payment_event
select l.match_id, i.event_id, i.amount_minor, i.settlement_minor, i.occurred_at, i.report_id, i.booked_on, i.revision,
       i.sequence, 1, l.round, i.card_present, i.approved, i.event_type, i.source, i.currency, i.settlement_currency,
       i.merchant_id, i.mcc, i.network, i.exclusion, i.approval_code, i.card_token, i.lifecycle_id, i.arn,
       i.processor_ref, 'lifecycle:' || l.lifecycle_id
from lifecycle l
join payscope.payment_item i on i.bank_id = %(bank_id)s and i.lifecycle_id = l.lifecycle_id
    and i.occurred_at between %(low)s and %(high)s
where l.round = %(round)s
