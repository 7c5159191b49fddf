-- purpose: the cubes of matching of these days: the clearings and settlements that reconciliation decided about.
-- parameters: bank_id uuid, days date[], timezone text, now timestamptz,
--             since timestamptz and until timestamptz (the span of the days, for partition pruning).
-- grain: one row per cube, day on each clock, state and combination of the cube's attributes. An event belongs to
--        one match, so that it is in one row of each cube.
insert into payscope.event_cube_daily (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, approved, currency, match_state, network,
    channel, merchant_id, mcc, country, report_id, row_count, amount_minor, absolute_minor, settlement_minor, fee_minor,
    interchange_minor, scheme_fee_minor, markup_minor, row_xor, rolled_up_at)
select %(bank_id)s, case when grouping(k.channel) = 0 then 'match'
            when grouping(k.report_id) = 0 then 'match_report' else 'match_shop' end, k.occurred_on, k.booked_on,
       k.event_type, '', k.source, null, k.currency, k.state, k.network, coalesce(k.channel, ''),
       coalesce(k.merchant_id, ''), coalesce(k.mcc, ''), coalesce(k.country, ''),
       coalesce(k.report_id, ''), count(*), sum(k.amount_minor),
       sum(abs(k.amount_minor)), 0, 0, 0, 0, 0, bit_xor(k.row_hash), %(now)s
from (
    select (e.occurred_at at time zone %(timezone)s)::date as occurred_on, e.booked_on, e.event_type, e.source,
           e.currency, m.state, coalesce(e.network, '') as network, coalesce(e.channel, '') as channel,
           coalesce(e.merchant_id, '') as merchant_id, coalesce(e.mcc, '') as mcc, coalesce(e.country, '') as country,
           e.report_id::text as report_id, e.amount_minor, uuid_hash_extended(e.event_id, e.revision) as row_hash
    from payscope.event e
    join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = e.event_id
        and me.stage in ('CLEARING', 'SETTLEMENT')
    join payscope.match m on m.bank_id = %(bank_id)s and m.match_id = me.match_id
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
      and (e.occurred_at at time zone %(timezone)s)::date = any(%(days)s::date[])
) k
group by k.occurred_on, k.booked_on, k.event_type, k.source, k.currency, k.state, k.network,
         grouping sets ((k.channel), (k.merchant_id, k.mcc, k.country), (k.report_id))
