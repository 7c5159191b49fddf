-- purpose: staged events that are new, or differ from what is current, into payscope.event.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row: events inserted, and input rows behind these.
--
-- A first revision is known from -infinity, so that asking as of an earlier day shows what was first
-- reported; an amendment is known from now, when the revision before it ends (close_revision.sql). What a
-- newer report has overtaken before it arrived was never known: its revision ends when it begins.
with
staged as (
    select s.*, lead(s.event_id) over w is null as is_last, last_value(s.content_hash) over whole as final_hash
    from staged_event s
    window w as (partition by s.event_id order by s.step),
           whole as (partition by s.event_id order by s.step rows between unbounded preceding and unbounded following)
),
fresh as (
    select s.*, coalesce(k.newest, 0) + row_number() over (partition by s.event_id order by s.step) as next_revision,
           coalesce(k.is_current, false) as is_amendment, coalesce(k.is_current and k.is_newer, false) as is_overtaken
    from staged s left join known_event k on k.event_id = s.event_id
    where not coalesce(k.is_current, false)
       or (k.content_hash <> s.content_hash and not k.is_newer and k.content_hash <> s.final_hash)
       -- One probe per overtaken row; as NOT EXISTS it may be answered from a hash of all the bank's events.
       or (k.content_hash <> s.content_hash and k.is_newer and (
               select 1 from payscope.event e
               where e.bank_id = %(bank_id)s and e.event_id = s.event_id and e.content_hash = s.content_hash
               limit 1) is null)
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
           case when is_amendment or step > 0 then %(now)s else '-infinity' end,
           case when is_last and not is_overtaken then 'infinity' else %(now)s end,
           source, event_type, subtype, source_ref, sequence, occurred_at, booked_on, amount_minor, currency,
           settlement_minor, settlement_currency, billing_minor, billing_currency, fx_rate, fee_minor,
           interchange_minor, scheme_fee_minor, markup_minor, merchant_id, mcc, network, bin, card_token, country,
           issuer_country, channel, entry_mode, card_present, three_ds, response_code, decline_family, approved,
           exclusion, approval_code, lifecycle_id, arn, processor_ref, order_ref, batch_ref, reason_code, report_id,
           row_number
    from fresh
    order by row_number
    returning event_id, revision, occurred_at, known_to, report_id, row_number
),
newest as (
    select i.event_id, max(i.revision) as revision, max(i.occurred_at) filter (where i.known_to = 'infinity') as moved_to,
           bool_or(i.known_to = 'infinity') as is_told
    from inserted i
    group by i.event_id
),
keyed as (
    update payscope.event_key k
    set revision = n.revision, occurred_at = coalesce(n.moved_to, k.occurred_at)
    from newest n
    cross join lateral (
        select o.ctid as place from payscope.event_key o
        where o.bank_id = %(bank_id)s and o.event_id = n.event_id limit 1
    ) held
    where k.ctid = held.place and k.bank_id = %(bank_id)s
)
select count(*), count(distinct row_number) from inserted
