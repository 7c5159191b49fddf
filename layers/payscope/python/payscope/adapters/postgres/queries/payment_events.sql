-- purpose: all events of the payment that a few events belong to: those that were matched with
--          them, and those that share their network lifecycle id.
-- parameters: bank_id uuid, event_ids uuid[], known_at timestamptz or null (the instant whose knowledge counts; null
--             is now).
-- grain: one row per event.
with matched as (
    select distinct other.event_id
    from payscope.match_event own
    join payscope.match_event other on other.bank_id = own.bank_id and other.match_id = own.match_id
    where own.bank_id = %(bank_id)s and own.event_id = any (%(event_ids)s::uuid[])
),
known as (
    select event_id from matched
    union
    select unnest(%(event_ids)s::uuid[])
),
lifecycle as (
    select distinct e.lifecycle_id
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.event_id in (select event_id from known)
      and e.lifecycle_id is not null
      and (e.known_to = 'infinity' or e.known_to > %(known_at)s::timestamptz)
      and (%(known_at)s::timestamptz is null or e.known_from <= %(known_at)s::timestamptz)
)
select e.event_id, e.revision, e.source, e.event_type, e.subtype, e.source_ref, e.sequence, e.occurred_at,
       e.booked_on, e.amount_minor, e.currency, e.settlement_minor, e.settlement_currency, e.billing_minor,
       e.billing_currency, e.fx_rate, e.fee_minor, e.interchange_minor, e.scheme_fee_minor, e.markup_minor,
       e.merchant_id, e.mcc, e.network, e.bin, e.card_token, e.country, e.issuer_country, e.channel,
       e.entry_mode, e.card_present, e.three_ds, e.response_code, e.decline_family, e.approved, e.exclusion,
       e.approval_code, e.lifecycle_id, e.arn, e.processor_ref, e.order_ref, e.batch_ref, e.reason_code,
       e.report_id, e.row_number
from payscope.event e
where e.bank_id = %(bank_id)s
  and (e.known_to = 'infinity' or e.known_to > %(known_at)s::timestamptz)
  and (%(known_at)s::timestamptz is null or e.known_from <= %(known_at)s::timestamptz)
  and (e.event_id in (select event_id from known)
       or e.lifecycle_id in (select lifecycle_id from lifecycle))
order by e.occurred_at, e.event_type, e.event_id
limit 500
