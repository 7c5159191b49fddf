-- purpose: where COPY puts the events of one chunk: the columns of payscope.event from source to row_number,
--          with identity, content hash and place among the contents of one reference (step).
-- parameters: none.
-- grain: temporary table staged_event, one row per event and content.
create temp table staged_event on commit drop as
select source, event_type, subtype, source_ref, sequence, occurred_at, booked_on, amount_minor, currency,
       settlement_minor, settlement_currency, billing_minor, billing_currency, fx_rate, fee_minor, interchange_minor,
       scheme_fee_minor, markup_minor, merchant_id, mcc, network, bin, card_token, country, issuer_country, channel,
       entry_mode, card_present, three_ds, response_code, decline_family, approved, exclusion, approval_code,
       lifecycle_id, arn, processor_ref, order_ref, batch_ref, reason_code, report_id, row_number,
       event_id, content_hash, 0 as step
from payscope.event
with no data
