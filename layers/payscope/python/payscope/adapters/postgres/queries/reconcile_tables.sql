-- purpose: where the payments of the touched events are put together, round by round.
-- parameters: none.
-- grain: temporary tables. lifecycle: one row per lifecycle id to be decided; loose: one row per event without
--        lifecycle id; link: one row per lifecycle id that such an event may belong to; former: one row per
--        match that an event was in before; payment_event: one row per event of a payment to be decided.
create temp table lifecycle (lifecycle_id text primary key, round integer not null) on commit drop;
create temp table loose (like touched, round integer not null, primary key (event_id)) on commit drop;
create temp table link (
    event_id uuid not null, lifecycle_id text not null, rank integer not null, is_same_amount boolean not null
) on commit drop;
create temp table former (event_id uuid not null, match_id uuid not null, round integer not null) on commit drop;
create temp table payment_event (
    like touched, payment_key text not null, match_id uuid not null, rank integer not null, round integer not null
) on commit drop;
