-- purpose: where the payments of the touched events are put together, round by round.
-- parameters: none.
-- grain: temporary tables. lifecycle: one row per lifecycle id to be decided; loose: one row per event without
--        lifecycle id; link: one row per lifecycle id that such an event may belong to; former: one row per
--        match that an event was in before; payment_event: one row per event of a payment to be decided, those of
--        the first round apart, as later rounds add few and look only at what they added.
--
-- None has an index: a session's buffers hold few pages of one, so that a large file would write a page a row.
create temp table lifecycle (
    lifecycle_id text not null, match_id uuid not null, round integer not null
) on commit drop;
create temp table loose (like payscope.payment_item, round integer not null) on commit drop;
create temp table link (
    event_id uuid not null, lifecycle_id text not null, rank integer not null, is_same_amount boolean not null
) on commit drop;
create temp table former (event_id uuid not null, match_id uuid not null, round integer not null) on commit drop;
create temp table payment_event (
    match_id uuid not null, event_id uuid not null, amount_minor bigint not null, settlement_minor bigint,
    occurred_at timestamptz not null, report_id uuid not null, booked_on date not null, revision integer not null,
    sequence integer not null, rank integer not null, round integer not null, card_present boolean not null,
    approved boolean, event_type text not null, source text not null, currency text not null, settlement_currency text,
    merchant_id text, mcc text, network text, exclusion text, approval_code text, card_token text, lifecycle_id text,
    arn text, processor_ref text, payment_key text not null
) partition by list (round) on commit drop;
create temp table first_event partition of payment_event for values in (1) on commit drop;
create temp table later_event partition of payment_event default on commit drop;
