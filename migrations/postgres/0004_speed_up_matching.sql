-- Matching by keys a file touched: what waits is found by its date, and events that lack the network's
-- lifecycle id by the key they have instead. Most events have the id, so the partial indexes stay small.

-- The day after which a stage that is still missing is held against the payment; null: it waits for none.
alter table payscope.match
    add column auth_due_on date,
    add column clearing_due_on date,
    add column settlement_due_on date,
    add column credit_due_on date;
-- Forced security would show the owner no row.
alter table payscope.match no force row level security;
update payscope.match
set auth_due_on = (evidence -> 'waits' ->> 'AUTH')::date,
    clearing_due_on = (evidence -> 'waits' ->> 'CLEARING')::date,
    settlement_due_on = (evidence -> 'waits' ->> 'SETTLEMENT')::date,
    credit_due_on = (evidence -> 'waits' ->> 'BANK_ENTRY')::date
where evidence ? 'waits';
alter table payscope.match force row level security;
drop index payscope.match_waiting;
create index match_auth_due on payscope.match (bank_id, auth_due_on) where auth_due_on is not null;
create index match_clearing_due on payscope.match (bank_id, clearing_due_on) where clearing_due_on is not null;
create index match_settlement_due on payscope.match (bank_id, settlement_due_on) where settlement_due_on is not null;
create index match_credit_due on payscope.match (bank_id, credit_due_on) where credit_due_on is not null;

create index event_loose_by_arn on payscope.event (bank_id, arn) where lifecycle_id is null and arn is not null;
create index event_loose_by_reference on payscope.event (bank_id, processor_ref)
    where lifecycle_id is null and processor_ref is not null;
create index event_loose_by_card on payscope.event (bank_id, card_token, approval_code)
    where lifecycle_id is null and card_token is not null and approval_code is not null;
-- Authorisations that a clearing without lifecycle id may belong to.
create index event_auth_by_card on payscope.event (bank_id, card_token, approval_code)
    where event_type = 'AUTH' and card_token is not null and approval_code is not null;
-- References that a spreadsheet has shortened: only merchant, amount and dates still tell the payment.
create index event_damaged on payscope.event (bank_id, merchant_id, amount_minor)
    where lifecycle_id is null and arn is not null and length(arn) <> 23;
-- Bank entries that name no batch, for the payouts that they may add up from.
create index event_unnamed_credit on payscope.event (bank_id, booked_on)
    where event_type = 'BANK_ENTRY' and batch_ref is null;
create index break_by_match on payscope.break (bank_id, match_id);

-- The key that led from memberships to matches was checked row by row. Matches and memberships are written
-- by one statement list under one lock a bank, which deletes both together.
alter table payscope.match_event drop constraint match_event_bank_id_match_id_fkey;

-- What matching reads of the current revision of an event that can be part of a payment, a payout or its credit.
create view payscope.payment_item with (security_invoker = true) as
select e.bank_id, e.event_id, e.revision, e.event_type, e.source, e.subtype, e.occurred_at, e.booked_on, e.amount_minor,
       e.currency, e.settlement_minor, e.settlement_currency, e.merchant_id, e.mcc, e.network,
       coalesce(e.card_present, e.channel = 'POS', false) as card_present, e.approved, e.exclusion, e.approval_code,
       e.card_token, e.lifecycle_id, e.arn, e.processor_ref, e.batch_ref, e.sequence, e.report_id
from payscope.event e
where e.known_to = 'infinity'
  and (e.event_type in ('AUTH', 'AUTH_REVERSAL', 'CLEARING', 'REFUND', 'SETTLEMENT', 'DISPUTE', 'FRAUD_REPORT',
                        'BANK_ENTRY')
       or (e.event_type = 'ADJUSTMENT' and e.subtype = 'PAYOUT'));
grant select on payscope.payment_item to payscope_app;

-- Statistics of what a large file has just changed, for the months that it covers. Without them the planner
-- expects a 200th of the rows and joins a whole month row by row. A table that another session analyses is left.
create function payscope.refresh_statistics(from_on date, to_on date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    t record;
begin
    for t in
        select s.relid::regclass as name
        from pg_stat_user_tables s
        join pg_class c on c.oid = s.relid
        where s.schemaname = 'payscope'
          -- Soon enough for a bank that the statistics do not know yet: of it the planner expects one row.
          and s.n_mod_since_analyze > least(500 + 0.1 * greatest(c.reltuples, 0), 20000)
          and (s.relname in ('match', 'match_event', 'break', 'event_default')
               or (s.relname ~ '^event_[0-9]{6}$'
                   and substr(s.relname, 7) between to_char(from_on, 'YYYYMM') and to_char(to_on, 'YYYYMM')))
        order by s.relname
    loop
        execute format('analyze (skip_locked) %s', t.name);
    end loop;
end
$$;
revoke all on function payscope.refresh_statistics(date, date) from public;
grant execute on function payscope.refresh_statistics(date, date) to payscope_app;
