-- purpose: staged events of which none is known, in the order of their file.
-- parameters: bank_id uuid.
-- grain: one row per event; their keys are taken (take_event_keys.sql).
--
-- The common case, and the fast one: the order of the file is also the order of the source's references,
-- so the indexes grow at one end.
insert into payscope.event (
    bank_id, event_id, revision, content_hash, known_from, known_to, source, event_type, subtype, source_ref,
    sequence, occurred_at, booked_on, amount_minor, currency, settlement_minor, settlement_currency, billing_minor,
    billing_currency, fx_rate, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, merchant_id, mcc,
    network, bin, card_token, country, issuer_country, channel, entry_mode, card_present, three_ds, response_code,
    decline_family, approved, exclusion, approval_code, lifecycle_id, arn, processor_ref, order_ref, batch_ref,
    reason_code, report_id, row_number)
select %(bank_id)s, event_id, 1, content_hash, '-infinity', 'infinity', source, event_type, subtype, source_ref,
       sequence, occurred_at, booked_on, amount_minor, currency, settlement_minor, settlement_currency, billing_minor,
       billing_currency, fx_rate, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, merchant_id, mcc,
       network, bin, card_token, country, issuer_country, channel, entry_mode, card_present, three_ds, response_code,
       decline_family, approved, exclusion, approval_code, lifecycle_id, arn, processor_ref, order_ref, batch_ref,
       reason_code, report_id, row_number
from staged_event
