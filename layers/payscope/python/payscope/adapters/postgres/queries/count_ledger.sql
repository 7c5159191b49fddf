-- purpose: what the derived stores of a bank should hold.
-- parameters: bank_id uuid.
-- grain: one row: reports, loaded_reports, events, payments, merchants, cards, matches, breaks, documents.
--
-- A payment is a match, or an event alone; only the kinds of events below belong to payments.
with current_event as materialized (
    select e.event_id, e.event_type, e.merchant_id, e.card_token, e.report_id
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
),
payment_event as (
    select c.*, coalesce(me.match_id, c.event_id) as payment_id
    from current_event c
    left join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = c.event_id
    where c.event_type in
        ('AUTH', 'AUTH_REVERSAL', 'CLEARING', 'SETTLEMENT', 'REFUND', 'DISPUTE', 'FRAUD_REPORT')
)
select
    (select count(*) from payscope.report where bank_id = %(bank_id)s) as reports,
    (select count(*) from payscope.report r where r.bank_id = %(bank_id)s and exists (
        select from payscope.event e
        where e.bank_id = r.bank_id and e.report_id = r.report_id and e.known_to > e.known_from)) as loaded_reports,
    (select count(*) from current_event) as events,
    (select count(distinct payment_id) from payment_event) as payments,
    (select count(*) from (
        select merchant_id from payment_event where merchant_id is not null
        union
        select m.merchant_id from payscope.merchant m
        where m.bank_id = %(bank_id)s and m.merchant_id in (select c.merchant_id from current_event c)) named
    ) as merchants,
    (select count(distinct card_token) from payment_event) as cards,
    (select count(*) from payscope.match where bank_id = %(bank_id)s) as matches,
    (select count(*) from payscope.break where bank_id = %(bank_id)s and cleared_at is null) as breaks,
    (select count(*) from payscope.search_document where bank_id = %(bank_id)s) as documents
