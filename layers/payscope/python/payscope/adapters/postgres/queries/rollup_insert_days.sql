-- purpose: the second half of a refresh: roll the current revisions of these days up.
-- parameters: bank_id uuid, days date[], timezone text, now timestamptz,
--             since timestamptz and until timestamptz (the span of the days, for partition pruning).
-- grain: one row per day on each clock and combination of the kept attributes.
--
-- settlement_currency is '' where the event has no settlement amount, so that readers can tell
-- "settled in its own currency" from "settled at nought".
insert into payscope.event_daily (
    bank_id, occurred_on, booked_on, event_type, subtype, source, network, merchant_id, mcc, country, channel,
    response_code, decline_family, exclusion, approved, currency, settlement_currency, row_count, amount_minor,
    settlement_minor, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, row_xor, rolled_up_at)
select e.bank_id, (e.occurred_at at time zone %(timezone)s)::date, e.booked_on, e.event_type, coalesce(e.subtype, ''),
       e.source, coalesce(e.network, ''), coalesce(e.merchant_id, ''), coalesce(e.mcc, ''), coalesce(e.country, ''),
       coalesce(e.channel, ''), coalesce(e.response_code, ''), coalesce(e.decline_family, ''),
       coalesce(e.exclusion, ''), e.approved, e.currency,
       case when e.settlement_minor is null then '' else coalesce(e.settlement_currency, e.currency) end,
       count(*), sum(e.amount_minor), coalesce(sum(e.settlement_minor), 0), coalesce(sum(e.fee_minor), 0),
       coalesce(sum(e.interchange_minor), 0), coalesce(sum(e.scheme_fee_minor), 0), coalesce(sum(e.markup_minor), 0),
       bit_xor(uuid_hash_extended(e.event_id, e.revision)), %(now)s
from payscope.event e
where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
  and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
  and (e.occurred_at at time zone %(timezone)s)::date = any(%(days)s::date[])
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
