-- purpose: the cube of reports of these days: what each of them brought, without its place in an intent; delays
--          from settled_delay.
-- parameters: bank_id uuid, days date[], timezone text, now timestamptz,
--             since timestamptz and until timestamptz (the span of the days, for partition pruning).
-- grain: one row per report, day on each clock, kind of event, network and delay.
insert into payscope.event_cube_daily (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, exclusion, approved, currency,
    settlement_currency, network, report_id, delay_days, row_count, amount_minor, absolute_minor, settlement_minor, fee_minor,
    interchange_minor, scheme_fee_minor, markup_minor, row_xor, rolled_up_at)
select e.bank_id, 'report', (e.occurred_at at time zone %(timezone)s)::date, e.booked_on, e.event_type,
       coalesce(e.subtype, ''), e.source, coalesce(e.exclusion, ''), e.approved, e.currency,
       case when e.settlement_minor is null then '' else coalesce(e.settlement_currency, e.currency) end,
       coalesce(e.network, ''), e.report_id::text, d.delay_days,
       count(*), sum(e.amount_minor), sum(abs(e.amount_minor)), coalesce(sum(e.settlement_minor), 0),
       coalesce(sum(e.fee_minor), 0), coalesce(sum(e.interchange_minor), 0), coalesce(sum(e.scheme_fee_minor), 0),
       coalesce(sum(e.markup_minor), 0), bit_xor(uuid_hash_extended(e.event_id, e.revision)), %(now)s
from payscope.event e
left join settled_delay d on d.event_id = e.event_id and d.revision = e.revision
where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
  and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
  and (e.occurred_at at time zone %(timezone)s)::date = any(%(days)s::date[])
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
