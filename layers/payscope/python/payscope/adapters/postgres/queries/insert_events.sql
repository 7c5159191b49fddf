-- purpose: staged events that are new, or differ from their newest known revision, into payscope.event.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row: events to insert, events inserted, and input rows behind these.
--
-- Fewer are inserted than were to be when another load recorded the same event meanwhile.
--
-- A first revision is known from -infinity, so that asking as of an earlier day shows what was first
-- reported; an amendment is known from now, when the revision before it ends (close_revision.sql).
with
staged as (
    select s.*, lead(s.event_id) over w is null as is_last, last_value(s.content_hash) over whole as final_hash
    from staged_event s
    window w as (partition by s.event_id order by s.step),
           whole as (partition by s.event_id order by s.step rows between unbounded preceding and unbounded following)
),
fresh as (
    select s.*, coalesce(k.revision, 0) + 1 + s.step as next_revision
    from staged s left join known_event k on k.event_id = s.event_id
    where k.event_id is null or k.known_to <> 'infinity'
       or (k.content_hash <> s.final_hash and k.content_hash <> s.content_hash)
),
inserted as (
    insert into payscope.event (
        bank_id, event_id, revision, content_hash, known_from, known_to, source, event_type, subtype, source_ref,
        sequence, occurred_at, booked_on, amount_minor, currency, settlement_minor, settlement_currency, billing_minor,
        billing_currency, fx_rate, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, merchant_id, mcc,
        network, bin, card_token, country, issuer_country, channel, entry_mode, card_present, three_ds, response_code,
        decline_family, approved, exclusion, approval_code, lifecycle_id, arn, processor_ref, order_ref, batch_ref,
        reason_code, report_id, row_number)
    select %(bank_id)s, event_id, next_revision, content_hash,
           case when next_revision = 1 then '-infinity' else %(now)s end,
           case when is_last then 'infinity' else %(now)s end,
           source, event_type, subtype, source_ref, sequence, occurred_at, booked_on, amount_minor, currency,
           settlement_minor, settlement_currency, billing_minor, billing_currency, fx_rate, fee_minor,
           interchange_minor, scheme_fee_minor, markup_minor, merchant_id, mcc, network, bin, card_token, country,
           issuer_country, channel, entry_mode, card_present, three_ds, response_code, decline_family, approved,
           exclusion, approval_code, lifecycle_id, arn, processor_ref, order_ref, batch_ref, reason_code, report_id,
           row_number
    from fresh
    order by row_number
    on conflict do nothing
    returning row_number
)
select (select count(*) from fresh), count(*), count(distinct row_number) from inserted
